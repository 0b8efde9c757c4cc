"""Peaks, borders and the curve of misses against false alarms, on cases worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from aural.metrics.spotting import alarms_per_hour, border, det, misses_at, peaks


def test_near_peaks_are_one_and_the_higher_wins() -> None:
    scores = np.zeros(400)
    scores[[10, 20, 100, 300]] = 0.5, 0.9, 0.3, 0.8
    assert np.allclose(peaks(scores, 0.04), [(0.84, 0.9), (4.04, 0.3), (12.04, 0.8)])


def test_false_alarms_are_counted_by_the_hour() -> None:
    assert alarms_per_hour([(1.0, 0.9), (2.0, 0.4), (9.0, 0.6)], 0.5, 0.5) == 4.0
    assert np.isnan(alarms_per_hour([], 0.5, 0.0))


@pytest.mark.parametrize("seed", range(20))
def test_a_border_keeps_its_promise(seed: int) -> None:
    scores = np.random.default_rng(seed).random(50_000) ** 8
    hours = len(scores) * 0.04 / 3600
    for allowed in (0.5, 5, 50):
        assert alarms_per_hour(peaks(scores, 0.04), border(scores, 0.04, allowed), hours) <= allowed
    assert border(np.zeros(1000), 0.04, 0.5) == pytest.approx(0.05)


def test_the_curve_against_counting() -> None:
    rng = np.random.default_rng(0)
    hits, alarms = rng.random(40).round(2), rng.random(30).round(2) / 2
    borders, missed, wrong = det(hits.tolist(), alarms.tolist(), 2.0)
    for at, m, w in zip(borders, missed, wrong, strict=True):
        assert m == pytest.approx(np.mean(hits < at)) and w == pytest.approx(np.sum(alarms >= at) / 2.0)
    assert np.all(np.diff(missed) <= 0) and np.all(np.diff(wrong) >= 0)


def test_misses_at_a_rate() -> None:
    hits, alarms = [0.9, 0.8, 0.2, 0.0], [0.5, 0.85]
    assert misses_at(hits, alarms, 10.0, 0.0) == 0.75
    assert misses_at(hits, alarms, 10.0, 0.1) == 0.5
    assert misses_at(hits, alarms, 10.0, 0.2) == 0.0
    assert np.isnan(misses_at([], alarms, 10.0, 0.1)) and np.isnan(misses_at(hits, alarms, 0.0, 0.1))
