"""Sound through a pipe: the same samples as from a file, whatever the pieces, and a clear word where it breaks off."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest

from aural.errors import DamagedSound, EmptySound, NotASound, UsageError
from aural.sound.encode import encode
from aural.sound.pipes import arriving
from aural.sound.sound import Sound


class Pipe(io.RawIOBase):
    """Gives few bytes at a time and cannot seek."""

    def __init__(self, data: bytes, most: int) -> None:
        self._data, self._most = data, most

    def readable(self) -> bool:
        return True

    def readinto(self, into: object) -> int:
        view = memoryview(into)  # type: ignore[arg-type]
        part = self._data[: min(self._most, len(view))]
        view[: len(part)] = part
        self._data = self._data[len(part) :]
        return len(part)


STEREO = Sound(np.stack([np.linspace(-0.9, 0.9, 5000), np.linspace(0.5, -0.5, 5000)]).astype(np.float32), 8000)


@pytest.mark.parametrize("bits", [16, 32])
@pytest.mark.parametrize("most", [1, 7, 100, 100_000])
def test_wav_comes_as_it_is(bits: int, most: int) -> None:
    blocks = list(arriving(Pipe(encode(STEREO, "wav", bits=bits), most)))
    assert {b.sample_rate for b in blocks} == {8000}
    whole = np.concatenate([b.samples for b in blocks], axis=1)
    assert whole.shape == (2, 5000) and np.abs(whole - STEREO.samples).max() < 1e-4
    starts = np.cumsum([0, *(b.samples.shape[1] for b in blocks[:-1])]) / 8000
    assert [b.start for b in blocks] == pytest.approx(starts.tolist())
    assert max(b.samples.shape[1] for b in blocks) <= 800


def test_buffered_pipes_are_not_waited_for() -> None:
    blocks = list(arriving(io.BufferedReader(Pipe(encode(STEREO, "wav"), 500))))
    assert sum(b.samples.shape[1] for b in blocks) == 5000


def test_bare_samples() -> None:
    data = (np.arange(-300, 300) * 100).astype("<i2").tobytes()
    blocks = list(arriving(Pipe(data + b"\1", 64), raw=16000))
    assert np.concatenate([b.samples for b in blocks], axis=1)[0] * 32768 == pytest.approx(np.arange(-300, 300) * 100)


def test_other_containers_are_read_to_their_end() -> None:
    blocks = list(arriving(Pipe(encode(STEREO, "flac"), 999)))
    assert sum(b.samples.shape[1] for b in blocks) == 5000 and blocks[0].samples.shape[0] == 2


def test_what_is_no_sound_says_so(tmp_path: Path) -> None:
    with pytest.raises(EmptySound):
        list(arriving(Pipe(b"", 9)))
    with pytest.raises(NotASound):
        list(arriving(Pipe(b"this is a letter and no sound" * 9, 9)))
    with pytest.raises(DamagedSound):
        list(arriving(Pipe(encode(STEREO, "wav")[:30], 9)))
    with pytest.raises(DamagedSound):
        list(arriving(Pipe(b"RIFF\0\0\0\0WAVE" + b"junk\xff\xff\xff\x7f" + bytes(99), 9)))
    with pytest.raises(UsageError, match="24 bits"):
        list(arriving(Pipe(encode(STEREO, "wav", bits=24), 9)))
