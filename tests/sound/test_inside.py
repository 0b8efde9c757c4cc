"""A recording inside another file is a recording like any other."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from aural.errors import NotASound, UnreadableSound
from aural.sound.inside import Inside, inside, is_recording
from aural.sound.sound import Sound, load
from aural.sound.source import Source


@pytest.fixture
def held(tmp_path: Path) -> tuple[Path, Path]:
    """A wav, and the path of the same bytes inside a file with others around them."""
    wave = 0.2 * np.sin(np.arange(9000) / 7).astype(np.float32)
    Sound(wave[None], 8000).save(tmp_path / "a.wav")
    data = (tmp_path / "a.wav").read_bytes()
    (tmp_path / "all.tar").write_bytes(b"x" * 700 + data + b"y" * 900)
    return tmp_path / "a.wav", Inside(tmp_path / "all.tar", 700, len(data)).path


def test_it_is_read_as_the_file_itself(held: tuple[Path, Path]) -> None:
    alone, within = held
    assert within.name == f"all.tar#700+{alone.stat().st_size}" and is_recording(within) and not within.exists()
    assert np.array_equal(load(within).samples, load(alone).samples)
    assert np.array_equal(load(str(within), start=0.2, end=0.5).samples, load(alone, start=0.2, end=0.5).samples)
    one, other = Source(within).recording, Source(alone).recording
    assert (one.sha256, one.duration) == (other.sha256, other.duration)
    parts = [b.samples for b in Source(within).blocks(0.1, rate=None)]
    assert np.array_equal(np.concatenate(parts, axis=1), load(alone).samples)


def test_a_file_of_such_a_name_is_itself(tmp_path: Path) -> None:
    Sound(np.full((1, 800), 0.1, np.float32), 8000).save(tmp_path / "a.wav")
    named = tmp_path / "b.wav#1+2"
    (tmp_path / "a.wav").rename(named)
    assert inside(named) is None and load(named).length == 800 and is_recording(named)


def test_what_is_not_there_is_told(held: tuple[Path, Path], tmp_path: Path) -> None:
    with pytest.raises(UnreadableSound, match="no such file"):
        load(tmp_path / "none.tar#0+10")
    with pytest.raises(NotASound):
        load(Inside(tmp_path / "all.tar", 0, 600).path)
    assert not is_recording(tmp_path / "none.tar#0+10") and not is_recording(tmp_path) and inside(tmp_path / "a.wav") is None
