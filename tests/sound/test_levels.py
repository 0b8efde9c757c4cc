"""Levels, noise floor, blind SNR, clipping and silence of sounds whose truth is known."""

from __future__ import annotations

import math

import numpy as np
import pytest

from aural.sound import tones
from aural.sound.levels import LevelMeter

RATE = 16000


def measured(sound: np.ndarray, rate: int = RATE) -> LevelMeter:
    meter = LevelMeter(rate)
    meter.push(sound)
    return meter


def bursts(rng: np.random.Generator) -> np.ndarray:
    """20 s of noise bursts with pauses, as speech has them."""
    shape = np.repeat(np.tile([1.0, 0.6, 0.0, 0.9, 0.3, 0.0], 20), RATE // 6)
    return np.asarray(shape * rng.standard_normal(len(shape)) * 0.1, np.float32)


def test_peak_rms_and_offset() -> None:
    meter = measured(tones.tone(200, seconds=1, sample_rate=RATE, amplitude=0.5) + np.float32(0.1))
    assert meter.peak == pytest.approx(0.6, abs=1e-3)
    assert meter.offset == pytest.approx(0.1, abs=1e-4)
    assert meter.rms == pytest.approx(math.sqrt(0.125 + 0.01), abs=1e-4)


@pytest.mark.parametrize("ratio", [30.0, 20.0, 10.0, 0.0])
def test_blind_snr_with_steady_noise(ratio: float) -> None:
    rng = np.random.default_rng(int(ratio))
    signal = bursts(rng)
    noise = rng.standard_normal(len(signal)).astype(np.float32)
    noise *= np.sqrt(np.mean(signal**2) / np.mean(noise**2) / 10 ** (ratio / 10))
    meter = measured(signal + noise)
    assert meter.snr == pytest.approx(ratio, abs=1.0)
    assert 10 * math.log10((meter.noise_power or 0) / np.mean(noise**2)) == pytest.approx(0, abs=0.7)


def test_clipping_is_counted_at_any_level() -> None:
    clean = tones.note(220, seconds=1, sample_rate=44100)
    assert measured(clean, 44100).clipped == 0
    for top in (0.4, 0.7):
        hard = np.clip(2 * clean, -top, top)
        assert measured(hard, 44100).clipped == pytest.approx(np.mean(np.abs(hard) >= 0.9999 * top), rel=0.05)
    full = np.clip(3 * clean, -1, 1)
    assert measured(full, 44100).clipped == pytest.approx(np.mean(np.abs(full) >= 1), rel=0.05)


@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("frequency", [20, 100, 440])
def test_a_rounded_sine_is_not_clipped(bits: int, frequency: int) -> None:
    steps = 2 ** (bits - 1)
    sine = np.round(tones.tone(frequency, seconds=1, amplitude=0.9) * steps).astype(np.float32) / steps
    assert measured(sine, 44100).clipped == 0


def test_steady_sounds_have_no_blind_snr() -> None:
    noise = tones.noise(seconds=5, rng=np.random.default_rng(0), sample_rate=RATE)
    assert measured(noise).snr is None
    assert measured(noise).noise_power == pytest.approx(0.01, rel=0.03)
    assert measured(tones.tone(200, seconds=2, sample_rate=RATE)).snr is None


def test_silence_share() -> None:
    sound = 0.3 * np.random.default_rng(0).standard_normal(2 * RATE).astype(np.float32)
    sound[:RATE] *= 1e-3
    assert measured(sound).silence == pytest.approx(0.5, abs=0.02)
    nothing = measured(np.zeros(RATE, np.float32))
    assert (nothing.silence, nothing.snr, nothing.noise_power, nothing.peak) == (1.0, None, None, 0.0)
    assert measured(np.zeros(3, np.float32)).silence == 1.0


def test_blocks_of_any_size_read_the_same() -> None:
    sound = bursts(np.random.default_rng(3))
    whole, parts = measured(sound), LevelMeter(RATE)
    for at in range(0, len(sound), 777):
        parts.push(sound[None, at : at + 777])
    assert (parts.snr, parts.silence, parts.peak) == pytest.approx((whole.snr, whole.silence, whole.peak))
