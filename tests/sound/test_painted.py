"""The spectrogram of a painted sound is the picture."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import aural
from aural.cli.main import main
from aural.errors import UsageError
from aural.pictures import png
from aural.sound.decibels import power_to_db
from aural.sound.painted import painted
from aural.sound.spectrum import Framing, spectrogram


def picture() -> np.ndarray:
    """A rising line and a block at the top right."""
    levels = np.zeros((40, 60))
    levels[39 - np.arange(40), np.arange(40)] = 1.0
    levels[2:10, 45:55] = 0.8
    return levels


def test_a_line_and_a_block_are_seen_where_they_were_painted() -> None:
    sound = painted(picture(), seconds=3.0, top=4000, sample_rate=8000, rng=np.random.default_rng(0))
    level = power_to_db(spectrogram(sound, framing=Framing(512, 80)))
    hertz = lambda k: level[:, k * 100 // 20].argmax() * 8000 / 512  # noqa: E731
    for column in (5, 15, 25, 35):  # each column lasts 50 ms, each row is 100 Hz high
        assert hertz(column) == pytest.approx((column + 0.5) * 100, abs=110), column
    assert 3000 <= hertz(50) <= 3800 and level[:, 58 * 5].max() < level[:, 50 * 5].max() - 40
    assert float(np.abs(sound).max()) == pytest.approx(0.5)


def test_the_verb_takes_a_png_and_darkness_where_gray_is_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(png.encode((picture() * 255).astype(np.uint8)))
    sound = aural.spectrogram(from_picture=str(path), end=1.0, f_max=4000)
    assert sound.sample_rate == 16000 and sound.samples.shape == (1, 16000)
    path.write_bytes(png.encode((255 - picture() * 255).astype(np.uint8)))
    assert np.array_equal(aural.spectrogram(from_picture=str(path), end=1.0, f_max=4000, colors="gray").samples, sound.samples)
    with pytest.raises(UsageError, match="a recording is drawn"):
        aural.spectrogram(sound, from_picture=str(path))
    with pytest.raises(UsageError, match="cannot be read"):
        aural.spectrogram(from_picture=str(tmp_path / "none.png"))


def test_a_sound_without_a_file_says_to_name_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(png.encode((picture() * 255).astype(np.uint8)))
    assert main(["spectrogram", "--from-picture", str(path), "--end", "1"]) == 2
    assert "the answer is a sound" in (told := capsys.readouterr().err) and "-o NAME.wav" in told
    assert list(tmp_path.iterdir()) == [path]


def test_no_picture_gives_silence_or_is_refused() -> None:
    rng = np.random.default_rng(0)
    assert not painted(np.zeros((4, 4)), seconds=0.1, top=1000, sample_rate=8000, rng=rng).any()
    with pytest.raises(UsageError):
        painted(picture(), seconds=1, top=5000, sample_rate=8000, rng=rng)
