"""Loudness on request: met where the peaks leave room, never a clipped sample."""

from __future__ import annotations

import numpy as np
import pytest

from aural.sound.loudness import loudness
from aural.tasks._leveled import leveled

RATE = 16000


def tone(level: float) -> np.ndarray:
    return (level * np.sin(2 * np.pi * 300 * np.arange(RATE) / RATE)).astype(np.float32)


@pytest.mark.parametrize("level", [0.001, 0.03, 0.9])
def test_what_was_asked_for_is_heard(level: float) -> None:
    out = leveled(tone(level), RATE, -20)
    assert out.dtype == np.float32 and loudness(out, sample_rate=RATE) == pytest.approx(-20, abs=0.05)


def test_peaks_stay_below_full_scale() -> None:
    clicks = tone(0.01)
    clicks[::4000] = 0.5
    out = leveled(clicks, RATE, -6)
    assert np.abs(out).max() == pytest.approx(0.98) and loudness(out, sample_rate=RATE) < -6


def test_silence_and_no_wish_change_nothing() -> None:
    for samples, lufs in ((np.zeros(RATE, np.float32), -16.0), (np.zeros(0, np.float32), -16.0), (tone(0.1), None)):
        assert np.array_equal(leveled(samples, RATE, lufs), samples)
