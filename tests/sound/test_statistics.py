"""Clip statistics: named, finite for any clip, and equal to their definitions."""

from __future__ import annotations

import numpy as np
import pytest

from aural.errors import UsageError
from aural.sound.mel import MelOptions
from aural.sound.mfcc import mfcc
from aural.sound.statistics import StatisticsOptions, names, statistics

QUARTERS = StatisticsOptions(parts=4)


def tone(hz: float, seconds: float = 1.0, rate: int = 16000) -> np.ndarray:
    return (0.3 * np.sin(2 * np.pi * hz * np.arange(int(seconds * rate)) / rate)).astype(np.float32)


@pytest.mark.parametrize("options", [StatisticsOptions(), QUARTERS, StatisticsOptions(8000, 13, 26, 2)])
def test_each_number_has_a_name(options: StatisticsOptions) -> None:
    found = statistics(tone(440), options=options)
    assert len(found) == len(names(options)) == len(set(names(options)))
    assert np.isfinite(found).all()


@pytest.mark.parametrize("length", [0, 1, 100, 511, 512, 513, 700, 16000])
def test_any_length_and_silence_give_finite_numbers(length: int) -> None:
    for samples in (np.zeros(length, np.float32), np.ones(length, np.float32)):
        assert np.isfinite(statistics(samples, options=QUARTERS)).all()


def test_means_are_those_of_the_coefficients() -> None:
    noise = np.random.default_rng(0).normal(0, 0.1, 16000).astype(np.float32)
    found = dict(zip(names(), statistics(noise), strict=True))
    told = mfcc(noise, n=20, options=MelOptions(n_fft=512, n_mels=40, f_min=20.0, center=False))
    assert found["mfcc 3 mean"] == pytest.approx(told[3].mean(), abs=1e-4)
    assert found["mfcc 3 deviation"] == pytest.approx(told[3].std(), abs=1e-4)
    assert found["mfcc 3 90 %"] == pytest.approx(np.quantile(told[3], 0.9), abs=1e-3)


def test_shape_says_what_a_tone_is() -> None:
    found = dict(zip(names(), statistics(tone(2000)), strict=True))
    assert found["centroid mean"] == pytest.approx(2.0, abs=0.05)
    assert found["zero crossings 50 %"] == pytest.approx(0.25, abs=0.01)
    assert found["level mean"] == pytest.approx(20 * np.log10(0.3 / np.sqrt(2)), abs=0.1)
    assert found["flatness mean"] < 0.01


def test_only_parts_tell_first_from_last() -> None:
    rise = np.concatenate([tone(300, 0.5), tone(3000, 0.5)])
    fall = np.concatenate([tone(3000, 0.5), tone(300, 0.5)])
    at = {name: k for k, name in enumerate(names(QUARTERS))}
    up, down = statistics(rise, options=QUARTERS), statistics(fall, options=QUARTERS)
    assert up[at["centroid mean"]] == pytest.approx(down[at["centroid mean"]], rel=0.02)
    assert up[at["centroid mean in part 1 of 4"]] < 0.4 < 2.5 < up[at["centroid mean in part 4 of 4"]]
    assert down[at["centroid mean in part 1 of 4"]] > 2.5


def test_what_has_no_statistics_is_refused() -> None:
    with pytest.raises(UsageError, match=r"samples \[T\]"):
        statistics(np.zeros((2, 100)))
    with pytest.raises(UsageError, match="do not fit"):
        StatisticsOptions(parts=0)
