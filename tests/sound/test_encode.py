"""Writing: what goes in comes out, nothing half written stays, and values beyond the range are clamped."""

from __future__ import annotations

import errno
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from aural.errors import LimitReached, UsageError
from aural.sound import Sound, Source, load
from aural.sound.encode import STREAMED, Writer, encode, format_of, formats, streamed


def noise(channels: int = 2, length: int = 16000) -> Sound:
    return Sound(np.random.default_rng(1).uniform(-0.5, 0.5, (channels, length)).astype(np.float32), 16000)


@pytest.mark.parametrize(("name", "bits"), [("wav", 16), ("wav", 24), ("wav", 32), ("flac", 16), ("flac", 24), ("aiff", 16)])
@pytest.mark.parametrize("channels", [1, 2, 6])
def test_what_loses_nothing_comes_back_within_half_a_step(name: str, bits: int, channels: int) -> None:
    sound = noise(channels)
    back = load(encode(sound, name, bits=bits))
    assert back.samples.shape == sound.samples.shape
    step = 0 if bits == 32 else 1 / 2 ** (bits - 1)
    assert np.abs(back.samples - sound.samples).max() <= step / 2 + 1e-9
    assert load(encode(back, name, bits=bits)).same(back)


@pytest.mark.parametrize("name", formats())
def test_blocks_write_the_same_file_as_the_whole(name: str, tmp_path: Path) -> None:
    sound = noise(1)
    with Writer(tmp_path / "a", 16000, 1, format=name) as out:
        for at in range(0, 16000, 3001):
            out.write(sound.samples[:, at : at + 3001])
    blocks, whole = load(tmp_path / "a"), load(encode(sound, name))
    assert blocks.samples.shape == whole.samples.shape
    assert np.abs(blocks.samples - whole.samples).max() < 2e-3


def test_the_same_sound_gives_the_same_bytes() -> None:
    for name in formats():
        assert encode(noise(1), name) == encode(noise(1), name), name


def test_loud_values_are_clamped_and_none_is_wrapped() -> None:
    values = np.array([[1.5, -1.5, 0.99999, -1.0, np.nan, np.inf]], np.float32)
    out = Path("unused")
    assert format_of(out.with_suffix(".WAV")) == "wav"
    import io

    from aural.sound.encode import _packer

    for name in ("wav", "flac"):
        held = io.BytesIO()
        packer = _packer(held, name, 16000, 1, 16, None)
        packer.write(values)
        packer.finish()
        back = load(held.getvalue()).samples[0]
        top = 32767 / 32768
        assert np.allclose(back, [top, -1.0, top, -1.0, 0.0, top], atol=1e-6)


def test_a_large_wav_turns_into_rf64(tmp_path: Path) -> None:
    """The lengths are forged here: four GiB would take too long."""
    from aural.sound.encode import _Wav

    with (tmp_path / "big.wav").open("w+b") as out:
        packer = _Wav(out, 16000, 1, 16)
        packer.write(noise(1).samples)
        packer._written += 1 << 32
        packer.finish()
    data = (tmp_path / "big.wav").read_bytes()
    assert data[:4] == b"RF64"
    assert data[12:16] == b"ds64"
    assert struct.unpack("<Q", data[28:36])[0] == 32000 + (1 << 32)
    assert Source(data).recording.duration == 1.0


def test_an_error_leaves_no_file(tmp_path: Path) -> None:
    for name in ("a.wav", "a.mp3", "a.opus"):
        with pytest.raises(RuntimeError), Writer(tmp_path / name, 16000, 1) as out:
            out.write(noise(1).samples)
            raise RuntimeError("stop")
    assert list(tmp_path.iterdir()) == []


def test_an_older_file_stays_when_writing_fails(tmp_path: Path) -> None:
    path = noise(1).save(tmp_path / "a.flac")
    before = path.read_bytes()
    with pytest.raises(RuntimeError), Writer(path, 16000, 1) as out:
        out.write(noise(1).samples[:, :100])
        raise RuntimeError("stop")
    assert path.read_bytes() == before


@pytest.mark.parametrize("name", ["a.wav", "a.flac"])
def test_a_full_disk_is_told_and_leaves_nothing(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import contextlib

    from aural.sound import encode as page

    real = page.written

    class Full:
        def __init__(self, out: Any) -> None:
            self.out = out

        def write(self, data: bytes) -> int:
            if self.out.tell() + len(data) > 4000:
                raise OSError(errno.ENOSPC, "No space left on device")
            return self.out.write(data)

        def seek(self, *at: int) -> int:
            return self.out.seek(*at)

        def tell(self) -> int:
            return self.out.tell()

    @contextlib.contextmanager
    def short(path: Path) -> Any:
        with real(path) as out:
            yield Full(out)

    monkeypatch.setattr(page, "written", short)
    with pytest.raises(LimitReached, match="disk is full"):
        noise(1, 160_000).save(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_rates_that_a_codec_does_not_know_go_to_the_next(tmp_path: Path) -> None:
    sound = Sound(np.zeros((1, 22050), np.float32), 22050)
    back = load(encode(sound, "opus"))
    assert (back.sample_rate, back.duration) == (48000, 1.0)
    assert load(encode(Sound(np.zeros((1, 96000), np.float32), 96000), "mp3")).sample_rate == 48000


def test_a_lower_bit_rate_makes_a_smaller_file() -> None:
    sound = Sound(np.random.default_rng(0).uniform(-0.5, 0.5, (1, 48000 * 3)).astype(np.float32), 48000)
    assert len(encode(sound, "mp3", bitrate=32_000)) < len(encode(sound, "mp3", bitrate=128_000)) / 2


def test_what_cannot_be_written_is_said(tmp_path: Path) -> None:
    for path in ("a.xyz", "a"):
        with pytest.raises(UsageError, match="cannot be written"):
            noise().save(tmp_path / path)
    with pytest.raises(UsageError, match="at most 2 channels"):
        encode(noise(3), "mp3")
    with pytest.raises(UsageError, match="32-bit"):
        noise().save(tmp_path / "a.flac", bits=32)
    with pytest.raises(UsageError, match="bits"):
        noise().save(tmp_path / "a.wav", bits=8)
    with pytest.raises(UsageError, match="not open"):
        Writer(tmp_path / "a.wav", 16000, 1).write(noise().samples)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["wav", "flac", "mp3", "ogg", "opus", "m4a"])
def test_tags_are_written_and_the_sound_stays(name: str, tmp_path: Path) -> None:
    import av

    samples = (0.1 * np.sin(np.arange(4801) / 10)).astype(np.float32)[None]
    for tags in ({"title": "Ein Lied", "comment": "synthetic", "encoder": "aural"}, None):
        with Writer(tmp_path / f"x.{name}", 24000, 1, tags=tags) as out:
            out.write(samples)
        with av.open(str(tmp_path / f"x.{name}")) as held:
            found = {k.lower(): v for k, v in (held.metadata | held.streams[0].metadata).items()}
        assert found.get("title") == (tags or {}).get("title") and found.get("comment") == (tags or {}).get("comment")
    if name in ("wav", "flac"):
        with Writer(tmp_path / "y.wav", 24000, 1, tags={"x": "odd"}) as out:
            out.write(samples)
        assert load(tmp_path / "y.wav").length == load(tmp_path / f"x.{name}").length == 4801


@pytest.mark.parametrize("name", STREAMED)
def test_a_stream_plays_as_the_whole_does(name: str) -> None:
    sound = noise(1, 40000)
    pieces = list(streamed((sound.samples[:, at : at + 9001] for at in range(0, 40000, 9001)), name, 16000))
    assert len(pieces) > 2
    back, whole = load(b"".join(pieces)), load(encode(sound, name))
    assert abs(back.duration - whole.duration) < 0.11
    with pytest.raises(UsageError, match="no stream"):
        next(streamed([], "flac", 16000))
