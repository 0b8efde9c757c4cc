"""The spectrogram task: kinds, colors, numbers, bounds and streaming."""

from __future__ import annotations

import numpy as np
import pytest

from aural import settings
from aural.errors import UsageError
from aural.models.runtime import Runtime
from aural.models.shelf import Shelf
from aural.pictures.marks import Raster
from aural.pictures.picture import Picture
from aural.pictures.png import decode
from aural.progress import Quiet
from aural.sound import tones
from aural.sound.source import Source
from aural.tasks.spectrogram import KINDS, TASK, Options

RATE = 16000


def drawn(sound: np.ndarray, rate: int = RATE, **options: object) -> Picture:
    chosen = settings.build(Options, options)
    picture = TASK.run(Source.from_samples(sound, rate), Shelf({}, Runtime("cpu", 1), Quiet()), chosen, Quiet())
    assert isinstance(picture, Picture)
    return picture


def melody() -> np.ndarray:
    return np.concatenate([tones.note(f, seconds=0.4, sample_rate=RATE) for f in (220, 330, 440)]) * np.float32(0.5)


@pytest.mark.parametrize("kind", [k for k in KINDS if k != "sides"])
@pytest.mark.parametrize("sound", ["melody", "silence", "click"])
def test_every_kind_of_every_sound(kind: str, sound: str) -> None:
    samples = {"melody": melody(), "silence": np.zeros(8000, np.float32), "click": np.ones(1, np.float32)}[sound]
    picture = drawn(samples, kind=(kind,), width=300)
    assert decode(picture.png()).shape[:2] == (picture.height, 300)
    assert "<svg" in picture.svg()
    assert kind in picture.numbers
    assert picture.as_format("csv")


def test_more_energy_is_darker_in_gray() -> None:
    sound = tones.tone(1000, seconds=1, sample_rate=RATE, amplitude=0.5)
    picture = drawn(sound, kind="stft", colors="gray", plain=True, f_max=8000)
    pixels = decode(picture.png())
    assert pixels.ndim == 2
    rows = len(pixels)
    darkest = rows - 1 - int(pixels.mean(axis=1).argmin())
    assert darkest * 8000 / (rows - 1) == pytest.approx(1000, abs=10)
    assert pixels.min() == 0
    assert pixels[rows // 4].mean() > 200
    turned = decode(drawn(sound, kind="stft", colors="gray", plain=True, invert=True, f_max=8000).png())
    assert np.array_equal(turned, 255 - pixels)


@pytest.mark.parametrize("kind", ["stft", "logmel"])
def test_silence_is_drawn_as_no_energy(kind: str) -> None:
    pixels = decode(drawn(np.zeros(RATE, np.float32), kind=kind, colors="gray", plain=True).png())
    assert pixels.min() == 255


def test_the_loudest_tone_is_the_darkest() -> None:
    sound = tones.partials({500: 0.5, 2000: 0.05, 4000: 0.005}, seconds=1, sample_rate=RATE)
    pixels = decode(drawn(sound, kind="stft", colors="gray", plain=True, f_max=8000).png())[::-1].mean(axis=1)
    grey = [pixels[round(hz / 8000 * (len(pixels) - 1))] for hz in (500, 2000, 4000)]
    assert grey[0] < 5
    assert np.diff(grey) == pytest.approx([20 / 80 * 255] * 2, abs=6)


def test_one_frame_each_hop() -> None:
    picture = drawn(melody(), kind="logmel", plain=True, n_mels=40)
    assert decode(picture.png()).shape == (40, 1 + 19200 // 160)


def test_the_pipeline_in_one_picture() -> None:
    chain = ("wave", "stft", "power", "mel", "logmel", "mfcc")
    picture = drawn(melody(), kind=",".join(chain))
    assert tuple(picture.numbers) == chain
    assert picture.numbers["mfcc"].rows.shape[1] == 14
    rasters = [m for m in picture.marks if isinstance(m, Raster) and m.width > 100]
    assert len(rasters) == 5
    assert len({(r.x, r.width) for r in rasters}) == 1


def test_numbers_of_the_spectrum() -> None:
    sound = tones.partials({200: 0.4, 400: 0.2}, seconds=2, sample_rate=RATE)
    table = drawn(sound, kind="spectrum").numbers["spectrum"]
    assert table.columns == ("frequency (Hz)", "amplitude", "level (dB)")
    loudest = table.rows[table.rows[:, 1].argmax()]
    assert loudest[0] == pytest.approx(200, abs=3)
    assert loudest[1] == pytest.approx(0.4, rel=0.15)
    assert "400 Hz" in drawn(sound, kind="spectrum").svg()


def test_the_spectrum_of_one_slice() -> None:
    sound = np.concatenate([tones.tone(f, seconds=0.5, sample_rate=RATE) for f in (500, 3000)])
    for at, hz in ((0.2, 500), (0.8, 3000)):
        rows = drawn(sound, kind="stft,spectrum", at=at).numbers["spectrum"].rows
        assert rows[rows[:, 1].argmax(), 0] == pytest.approx(hz, abs=10)


def test_pitch_and_loudness_numbers() -> None:
    picture = drawn(tones.tone(220, seconds=4, sample_rate=RATE, amplitude=0.1), kind="pitch,loudness")
    pitches = picture.numbers["pitch"].rows[5:-5, 1]
    assert np.allclose(pitches, 220, atol=1)
    loud = picture.numbers["loudness"].rows
    assert np.nanmedian(loud[:, 1]) == pytest.approx(-23.01, abs=0.05)
    assert np.isfinite(loud[5, 2])


def test_part_and_channel() -> None:
    both = np.stack([tones.tone(500, seconds=2, sample_rate=RATE), tones.tone(3000, seconds=2, sample_rate=RATE)])
    for channel, hz in ((0, 500), (1, 3000)):
        table = drawn(both, kind="spectrum", channel=channel, start=0.5, end=1.0, f_max=8000).numbers["spectrum"]
        assert table.rows[table.rows[:, 1].argmax(), 0] == pytest.approx(hz, abs=10)
    times = drawn(both, kind="wave", start=0.5, end=1.0).numbers["wave"].rows[:, 0]
    assert 0.5 < times[0] < times[-1] < 1.0


def test_long_recordings_are_reduced_to_the_width() -> None:
    sound = np.tile(melody(), 80)
    picture = drawn(sound, kind="wave,logmel", width=400)
    assert picture.numbers["logmel"].rows.shape == (400 - 170, 81)
    once = drawn(sound, kind="logmel", plain=True, width=200)
    assert once.width == 200


def test_both_sides_show_the_partials() -> None:
    picture = drawn(tones.note(200, seconds=1, sample_rate=RATE), kind="sides")
    assert picture.numbers["sides"].rows[:3, 0] == pytest.approx([200, 400, 600], abs=1)


def test_the_animation_moves() -> None:
    picture = drawn(melody(), animate=True)
    assert picture.svg().count("<animate ") == 4
    assert "<animate" in picture.html()
    with pytest.raises(UsageError, match="cannot be written as png"):
        picture.as_format("png")


@pytest.mark.parametrize("wrong", [
    {"kind": "stripes"}, {"start": 9.0}, {"window": 0.0}, {"hop": -1.0}, {"at": 9.0}, {"f_max": 9000.0}, {"plain": True},
    {"kind": "sides,wave"}, {"colors": "rainbow"}, {"channel": 3}, {"n_mels": 0}, {"width": 3}, {"window": 0.01}, {"span": 0.0},
])  # fmt: skip
def test_what_cannot_be_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        drawn(melody(), **wrong)
