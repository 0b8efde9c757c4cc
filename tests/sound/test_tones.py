"""Made sounds hold what they were asked to hold."""

from __future__ import annotations

import numpy as np
import pytest

from aural.errors import UsageError
from aural.sound import tones


def test_10_s_at_44100_are_441000_samples() -> None:
    assert len(tones.tone(200, seconds=10)) == 441000


def test_frequency_is_one_over_period() -> None:
    sound = tones.tone(200, seconds=1, sample_rate=16000, amplitude=0.5)
    rising = np.flatnonzero((sound[:-1] < 0) & (sound[1:] >= 0))
    assert np.diff(rising).mean() / 16000 == pytest.approx(0.005, abs=1e-5)
    assert np.abs(sound).max() == pytest.approx(0.5, abs=1e-6)


def test_partials_repeat_at_the_fundamental() -> None:
    sound = tones.partials({200: 0.5, 400: 0.3, 600: 0.1}, seconds=0.1, sample_rate=16000)
    np.testing.assert_allclose(sound[:-80], sound[80:], atol=1e-5)


def test_notes_leave_out_what_would_fold_and_stay_in_range() -> None:
    high = tones.note(3000, seconds=0.2, sample_rate=16000, harmonics=(1, 1, 1, 1))
    assert np.abs(np.fft.rfft(high))[: 2900 * 200 // 1000].max() < 10
    assert np.abs(tones.note(100, seconds=0.5, harmonics=[1] * 20)).max() <= 1
    fading = tones.note(100, seconds=1.0, decay=0.1)
    assert np.abs(fading[-1000:]).max() < 1e-3


def test_a_sweep_ends_where_told() -> None:
    for start in (0, 100):
        sound = tones.sweep(start, 1000, seconds=2, sample_rate=16000)
        ups = np.flatnonzero((sound[:-1] < 0) & (sound[1:] >= 0))
        assert 16000 / np.diff(ups[-8:]).mean() == pytest.approx(1000, rel=0.02)


def test_what_would_fold_is_refused() -> None:
    for wrong in (
        lambda: tones.tone(5000, seconds=1, sample_rate=8000), lambda: tones.tone(1, seconds=-1),
        lambda: tones.sweep(1, 9000, seconds=1, sample_rate=16000), lambda: tones.note(9000, seconds=1, sample_rate=16000),
    ):  # fmt: skip
        with pytest.raises(UsageError):
            wrong()
