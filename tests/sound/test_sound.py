"""The type Sound: what it accepts, and that its methods keep samples, rate and place."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from aural.errors import EmptySound, UsageError
from aural.sound import Sound, Source, load


def noise(channels: int = 2, length: int = 16000) -> np.ndarray:
    return np.random.default_rng(1).uniform(-0.5, 0.5, (channels, length)).astype(np.float32)


def test_arrays_become_float32_channels_first() -> None:
    assert Sound(np.zeros(10), 8000).samples.shape == (1, 10)
    assert Sound(np.zeros((2, 10)), 8000).samples.dtype == np.float32


def test_integers_count_as_full_scale() -> None:
    assert Sound(np.array([0, 16384, -32768], np.int16), 8000).samples.tolist() == [[0.0, 0.5, -1.0]]
    assert Sound(np.array([128, 192, 0], np.uint8), 8000).samples.tolist() == [[0.0, 0.5, -1.0]]
    assert Sound(np.array([-(2**31), 2**30], np.int32), 8000).samples.tolist() == [[-1.0, 0.5]]


@pytest.mark.parametrize(
    ("samples", "rate", "error"),
    [
        (np.zeros((0, 5)), 8000, UsageError),
        (np.zeros((2, 0)), 8000, EmptySound),
        (np.zeros((1, 1, 5)), 8000, UsageError),
        (np.zeros(5), 0, UsageError),
        (np.zeros(5), 8000.5, UsageError),
        (np.array([0, np.nan]), 8000, UsageError),
        (np.array([0, np.inf]), 8000, UsageError),
        (np.array(["a"]), 8000, UsageError),
        (np.zeros((16000, 2)), 8000, UsageError),
    ],
)
def test_what_is_no_sound_is_refused(samples: np.ndarray, rate: float, error: type[Exception]) -> None:
    with pytest.raises(error):
        Sound(samples, rate)  # type: ignore[arg-type]


def test_mono_is_the_mean_or_the_asked_channel() -> None:
    samples = noise()
    sound = Sound(samples, 16000, 3.0)
    assert np.allclose(sound.mono().samples[0], samples.mean(axis=0), atol=1e-7)
    assert np.array_equal(sound.mono(1).samples[0], samples[1])
    assert sound.mono().start == 3.0
    with pytest.raises(UsageError, match="channel 2"):
        sound.mono(2)


def test_cut_keeps_its_place_in_the_recording() -> None:
    sound = Sound(noise(), 16000, 10.0)
    part = sound.cut(0.25, 0.5)
    assert (part.start, part.duration, part.end) == (10.25, 0.25, 10.5)
    assert np.array_equal(part.samples, sound.samples[:, 4000:8000])
    assert sound.cut(0.9, 7.0).duration == pytest.approx(0.1)
    with pytest.raises(EmptySound):
        sound.cut(2.0)


def test_resample_keeps_the_duration() -> None:
    sound = Sound(noise(), 16000, 1.0)
    assert sound.resample(16000) is sound
    moved = sound.resample(44100)
    assert (moved.sample_rate, moved.length, moved.start) == (44100, 44100, 1.0)


def test_same_compares_values() -> None:
    sound = Sound(noise(), 16000)
    assert sound.same(Sound(noise(), 16000))
    assert not sound.same(Sound(noise(), 8000))
    assert not sound.same(sound.cut(0, 0.5))
    assert not sound.same("sound")


def test_a_saved_sound_loads_as_the_same(tmp_path: Path) -> None:
    sound = Sound(noise(), 16000)
    path = sound.save(tmp_path / "a.wav", bits=32)
    assert load(path).same(sound)


def test_load_takes_whatever_holds_a_sound(tmp_path: Path) -> None:
    sound = Sound(noise(), 16000)
    path = sound.save(tmp_path / "a.wav", bits=32)
    for x in (str(path), path, path.read_bytes(), Source(path), sound, (sound.samples, 16000)):
        assert load(x).same(sound)
    part = load(path, rate=8000, mono=True, start=0.5, end=0.75)
    assert (part.channels, part.sample_rate, part.length, part.start) == (1, 8000, 2000, 0.5)


def test_a_notebook_gets_a_player() -> None:
    page = Sound(noise(1, 800), 8000)._repr_html_()
    assert page.startswith("<figure><audio controls")
    assert "data:audio/wav;base64,UklGR" in page
    long = Sound(np.zeros((2, 8000 * 700), np.float32), 8000)
    assert len(long._repr_html_()) < 8000 * 600 * 2 * 1.4


def test_the_room_opens_without_numpy() -> None:
    code = "import sys, aural.sound; assert 'numpy' not in sys.modules; aural.sound.Sound; assert 'numpy' in sys.modules"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    with pytest.raises(AttributeError):
        import aural.sound

        aural.sound.nothing  # noqa: B018
