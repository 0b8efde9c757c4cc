"""Sources: the same recording however it is given, read in blocks that lose and repeat nothing."""

from __future__ import annotations

import hashlib
import io
import os
import subprocess
import sys
import threading
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aural.errors import EmptySound, NotASound, UnreadableSound, UsageError
from aural.sound import Sound, Source
from aural.sound.encode import encode
from aural.sound.resample import resample

STEREO = Sound(np.random.default_rng(0).uniform(-0.5, 0.5, (2, 44100 * 3)).astype(np.float32), 44100)
DATA = encode(STEREO, "wav", bits=32)


class Pipe:
    """A file object that can be read once, forwards."""

    def __init__(self, data: bytes) -> None:
        self.inner, self.reads = io.BytesIO(data), 0

    def read(self, count: int = -1) -> bytes:
        self.reads += 1
        return self.inner.read(min(count, 7777) if count > 0 else count)


def joined(source: Source, *args: object, **more: object) -> np.ndarray:
    return np.concatenate([b.samples for b in source.blocks(*args, **more)], axis=1)  # type: ignore[arg-type]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "talk.wav"
    file.write_bytes(DATA)
    return file


def test_every_way_in_gives_the_same_recording(path: Path) -> None:
    ways = [path, str(path), os.fsencode(path).decode(), DATA, bytearray(DATA), memoryview(DATA), io.BytesIO(DATA), Pipe(DATA)]
    for x in ways:
        with Source(x) as source:
            told = source.recording
            assert (told.duration, told.sample_rate, told.channels) == (3.0, 44100, 2)
            assert told.sha256 == hashlib.sha256(DATA).hexdigest()
            assert np.array_equal(joined(source, 0.7, None, False), STEREO.samples)
    with path.open("rb") as file:
        source = Source(file)
        assert source.name == "talk.wav"
        assert np.array_equal(joined(source, 0.7, None, False), STEREO.samples)
        assert not file.closed


def test_arrays_and_sounds_are_recordings_too() -> None:
    for source in (Source(STEREO), Source((STEREO.samples, 44100)), Source.from_samples(STEREO.samples, 44100)):
        assert source.recording.duration == 3.0
        assert source.recording.sha256 == hashlib.sha256(STEREO.samples.tobytes()).hexdigest()
        assert source.path is None
        assert np.array_equal(joined(source, 1.0, None, False), STEREO.samples)
        assert joined(source).shape == (1, 48000)
    assert Source.of(source) is source
    assert Source.of(STEREO).name == "sound"


@settings(max_examples=20, deadline=None)
@given(seconds=st.floats(0.01, 4), rate=st.sampled_from([None, 8000, 16000, 44100]), mono=st.booleans())
def test_blocks_follow_each_other_exactly(seconds: float, rate: int | None, mono: bool) -> None:
    blocks = list(Source(DATA).blocks(seconds, rate, mono))
    kept = rate or 44100
    size = max(1, round(seconds * kept))
    assert all(b.length == size for b in blocks[:-1])
    assert 0 < blocks[-1].length <= size
    at = 0
    for block in blocks:
        assert block.start == pytest.approx(at / kept, abs=1e-9)
        at += block.length
    assert at == 3 * kept
    whole = STEREO.mono().samples if mono else STEREO.samples
    want = whole if kept == 44100 else resample(whole, 44100, kept)
    assert np.abs(np.concatenate([b.samples for b in blocks], axis=1) - want).max() < 1e-6


@pytest.mark.parametrize(("start", "end"), [(0.0, 1.0), (1.25, None), (0.5, 2.75), (2.9, 30.0)])
def test_a_part_is_the_same_as_in_the_whole(start: float, end: float | None) -> None:
    source = Source(DATA)
    first, last = round(start * 44100), None if end is None else round(end * 44100)
    assert np.array_equal(joined(source, 0.4, None, False, start, end), STEREO.samples[:, first:last])
    block = next(source.blocks(0.4, 16000, True, start, end))
    assert block.start == pytest.approx(start, abs=1e-5)


def test_a_part_far_inside_is_found_by_seeking_and_is_the_same() -> None:
    long = Sound(np.random.default_rng(2).uniform(-0.5, 0.5, (1, 8000 * 100)).astype(np.float32), 8000)
    source = Source(encode(long, "flac", bits=24))
    part = source.load(start=75.5, end=80)
    assert np.abs(part.samples - long.samples[:, 604000:640000]).max() < 1e-6
    assert source.recording.duration == 100.0
    assert next(source.blocks(1, None, start=99.5)).length == 4000


def test_one_channel_can_be_chosen() -> None:
    source = Source(DATA)
    assert np.array_equal(joined(source, 1.0, None, channel=1), STEREO.samples[1:])
    with pytest.raises(UsageError, match="channel 2"):
        source.blocks(channel=2)


def test_a_pass_to_the_end_spares_another_for_the_length(monkeypatch: pytest.MonkeyPatch) -> None:
    from aural.sound import source as page

    opened = []
    real = page.Decoder

    def counted(file: object, where: str) -> object:
        opened.append(where)
        return real(file, where)  # type: ignore[arg-type]

    monkeypatch.setattr(page, "Decoder", counted)
    source = Source(DATA)
    joined(source)
    before = len(opened)
    assert source.recording.duration == 3.0
    assert source.recording.duration == 3.0
    assert len(opened) == before


def test_two_readers_do_not_disturb_each_other(path: Path) -> None:
    with path.open("rb") as file:
        for x in (file, DATA, path):
            source = Source(x)
            one, two = source.blocks(0.3), source.blocks(0.3)
            next(one)
            next(one)
            rest = [b.start for b in two]
            assert [b.start for b in one] == rest[2:]


def test_a_pipe_is_read_once_and_its_file_goes() -> None:
    pipe = Pipe(DATA)
    source = Source(pipe)
    assert pipe.reads == 0
    joined(source)
    reads = pipe.reads
    joined(source)
    assert pipe.reads == reads
    source.close()
    with pytest.raises(UnreadableSound, match="closed"):
        joined(source)


def test_standard_input_comes_through_a_pipe(path: Path) -> None:
    code = (
        "from aural.sound import Source; s = Source('-'); print(s.name, s.recording.duration, sum(b.length for b in s.blocks(0.5)))"
    )
    done = subprocess.run([sys.executable, "-c", code], input=DATA, capture_output=True, check=False)
    assert done.stdout.split() == [b"standard", b"input", b"3.0", b"48000"]
    assert done.stderr == b""


@pytest.mark.skipif(sys.platform == "win32", reason="there are no named pipes here")
def test_a_named_pipe_is_read_and_an_idle_one_does_not_hang(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from aural.sound import source as page

    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(DATA,))
    writer.start()
    with Source(pipe) as source:
        assert source.recording.duration == 3.0
    writer.join()
    monkeypatch.setattr(page, "_PATIENCE", 0.05)
    with pytest.raises(UnreadableSound, match="nobody writes"):
        Source(pipe).recording  # noqa: B018


@pytest.mark.parametrize("name", ["ü😀 talk.wav", "a\nb.wav", "100%d.wav", "-r.wav", "a b'c\"d.wav", "http:/x", "talk.wav:stream"])
@pytest.mark.skipif(sys.platform == "win32", reason="these names cannot be there")
def test_odd_names_are_read(name: str, tmp_path: Path) -> None:
    file = tmp_path / name
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(DATA)
    source = Source(file)
    assert source.recording.duration == 3.0
    assert source.name.isprintable()


@pytest.mark.skipif(sys.platform != "linux", reason="names are text elsewhere")
def test_a_name_that_is_no_text_can_still_be_shown(tmp_path: Path) -> None:
    file = os.fsencode(tmp_path) + b"/\xff\xfe.wav"
    with open(file, "wb") as out:
        out.write(DATA)
    source = Source(os.fsdecode(file))
    assert source.recording.name.encode("utf-8") == rb"\xff\xfe.wav"


def test_a_missing_file_names_the_nearest(path: Path) -> None:
    with pytest.raises(UnreadableSound, match=r"no such file.*'talk\.wav'") as caught:
        Source(path.with_name("tolk.wav"))
    assert caught.value.exit_code == 3
    with pytest.raises(UnreadableSound, match=r"talk\.wav"):
        Source(path.with_suffix(".mp3"))
    with pytest.raises(UnreadableSound, match="folder"):
        Source(path.parent / "nowhere" / "a.wav")
    with pytest.raises(UnreadableSound, match="download"):
        Source("https://example.org/a.mp3")


def test_folders_and_devices_are_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(UnreadableSound, match="folder"):
        Source(tmp_path)
    with pytest.raises(UnreadableSound, match="empty"):
        Source("")
    with pytest.raises(UnreadableSound):
        Source("a\0b")
    if Path("/dev/zero").exists():
        with pytest.raises(UnreadableSound, match="device"):
            Source("/dev/zero")


def test_no_permission_is_told(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(UnreadableSound, match="permission"):
        Source(path)


def test_a_file_that_goes_away_is_told(path: Path) -> None:
    source = Source(path)
    path.unlink()
    with pytest.raises(UnreadableSound, match="no such file"):
        source.recording  # noqa: B018


def test_a_disk_that_fails_while_reading_is_told() -> None:
    class Failing(io.BytesIO):
        def read(self, count: int | None = -1) -> bytes:
            if self.tell() > 200_000:
                raise OSError(5, "Input/output error")
            return super().read(count)

    with pytest.raises(UnreadableSound):
        joined(Source(Failing(DATA)))


def test_other_things_are_refused(path: Path) -> None:
    for x in (None, 3, [1, 2], {"a": 1}, (STEREO.samples,)):
        with pytest.raises(UsageError):
            Source(x)
    with path.open(encoding="latin-1") as text, pytest.raises(UsageError, match="text"):
        Source(text)
    closed = io.BytesIO(DATA)
    closed.close()
    with pytest.raises(UnreadableSound, match="closed"):
        Source(closed)
    with pytest.raises(NotASound, match="zero bytes"):
        Source(Pipe(bytes(10_000_000))).recording  # noqa: B018


def test_parts_that_cannot_be_are_refused() -> None:
    source = Source(DATA)
    for start, end in ((-1.0, None), (2.0, 2.0), (2.0, 1.0)):
        with pytest.raises(UsageError):
            source.blocks(start=start, end=end)
    with pytest.raises(UsageError):
        source.blocks(0)
    with pytest.raises(EmptySound):
        list(source.blocks(start=3.5))


def test_memory_does_not_grow_with_length(tmp_path: Path) -> None:
    def peak(seconds: int) -> int:
        path = tmp_path / f"{seconds}.wav"
        Sound(np.zeros((1, 8000 * seconds), np.float32), 8000).save(path)
        source = Source(path)
        tracemalloc.start()
        for _ in source.blocks(10.0):
            pass
        top = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return top

    short, long = peak(60), peak(600)
    assert long < short * 1.2 + 100_000
