"""Pitch tracks, fundamentals and harmonics of sounds whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest

from aural.errors import UsageError
from aural.sound import tones
from aural.sound.pitch import fundamental, harmonics, pitch, steady_tone


def test_200_hz_its_period_and_harmonics() -> None:
    sound = tones.note(200, seconds=2, sample_rate=44100)
    assert fundamental(sound, sample_rate=44100) == pytest.approx(200, abs=0.01)
    track = pitch(tones.tone(200, seconds=1, sample_rate=16000), sample_rate=16000)
    assert np.nanmedian(track.period) == pytest.approx(0.005, abs=1e-5)
    found = harmonics(sound, sample_rate=44100, frequency=200.0, count=3)
    assert [h.number for h in found] == [1, 2, 3]
    assert [h.frequency for h in found] == pytest.approx([200, 400, 600], abs=0.1)
    assert found[1].level == pytest.approx(-6.02, abs=0.1)


@pytest.mark.parametrize("frequency", [55.3, 110.0, 441.7, 1234.5, 5000.0])
def test_fundamental_of_tones_and_notes(frequency: float) -> None:
    for sound in (tones.tone(frequency, seconds=1.5, amplitude=0.4), tones.note(frequency, seconds=1.5)):
        assert fundamental(sound, sample_rate=44100) == pytest.approx(frequency, rel=2e-4)


def test_a_missing_fundamental_is_found() -> None:
    sound = tones.partials({400: 0.3, 600: 0.3, 800: 0.2}, seconds=1.0, sample_rate=16000)
    assert fundamental(sound, sample_rate=16000) == pytest.approx(200, abs=0.2)


def test_a_glide_is_followed() -> None:
    track = pitch(tones.sweep(100, 400, seconds=3, sample_rate=16000), sample_rate=16000)
    truth = 100 * 4 ** (np.arange(len(track.frequency)) * track.hop / 3)
    cents = 1200 * np.abs(np.log2(track.frequency / truth))[3:-3]
    assert np.isfinite(cents).all()
    assert cents.max() < 15


def test_a_voice_in_noise_and_a_pause() -> None:
    rng = np.random.default_rng(0)
    rate = 16000
    time = np.arange(3 * rate) / rate
    turn = np.cumsum(150 * (1 + 0.1 * np.sin(2 * np.pi * 2 * time))) / rate
    voice = sum(np.cos(2 * np.pi * k * turn) / k for k in range(1, 9)) * 0.1
    voice[rate : 2 * rate] = 0
    sound = voice + 0.01 * rng.standard_normal(len(voice))
    track = pitch(sound, sample_rate=rate)
    at = np.arange(len(track.frequency)) * track.hop
    voiced = np.isfinite(track.frequency)
    truth = 150 * (1 + 0.1 * np.sin(2 * np.pi * 2 * at))
    clear = (at < 0.95) | ((at > 2.05) & (at < 2.95))
    assert voiced[clear].mean() > 0.99
    assert voiced[(at > 1.05) & (at < 1.95)].mean() < 0.02
    both = clear & voiced
    assert (1200 * np.abs(np.log2(track.frequency[both] / truth[both])) < 50).mean() > 0.99


def test_noise_and_silence_have_no_pitch() -> None:
    noise = tones.noise(seconds=3, rng=np.random.default_rng(1), sample_rate=16000)
    assert np.isfinite(pitch(noise, sample_rate=16000).frequency).mean() < 0.02
    assert fundamental(noise, sample_rate=16000) is None
    silence = np.zeros(16000, np.float32)
    assert not np.isfinite(pitch(silence, sample_rate=16000).frequency).any()
    assert fundamental(silence, sample_rate=16000) is None
    assert harmonics(silence, sample_rate=16000, frequency=200) == ()
    assert len(pitch(silence[:0], sample_rate=16000).frequency) == 0


def test_a_tune_is_no_steady_tone() -> None:
    tune = np.concatenate([tones.note(f, seconds=0.5, sample_rate=16000) for f in (220, 330, 277)])
    assert steady_tone(tune, sample_rate=16000) is None
    assert steady_tone(tones.note(220, seconds=1, sample_rate=16000), sample_rate=16000) == pytest.approx(220, abs=0.1)


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(UsageError):
        pitch(np.zeros((2, 100)), sample_rate=16000)
    with pytest.raises(UsageError):
        pitch(np.zeros(100), sample_rate=2000)
