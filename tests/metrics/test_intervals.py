"""Bootstrap intervals: coverage, groups, pairing, seed."""

from __future__ import annotations

import math

import numpy as np
import pytest

from aural.errors import UsageError
from aural.metrics.intervals import bootstrap, paired, ratio


def test_the_same_seed_gives_the_same_interval() -> None:
    values = np.random.default_rng(0).normal(size=50)
    one, two = (bootstrap(lambda i: float(values[i].mean()), 50, np.random.default_rng(3)) for _ in range(2))
    assert one == two and one.low < one.value < one.high


def test_the_truth_lies_inside_about_95_percent_of_the_time() -> None:
    inside = 0
    for seed in range(200):
        rng = np.random.default_rng(seed)
        values = rng.normal(size=60)
        told = ratio(values, np.ones(60), rng, draws=300)
        inside += told.low <= 0 <= told.high
    assert 0.88 <= inside / 200 <= 0.99


def test_ratio_is_bootstrap_of_the_quotient() -> None:
    rng = np.random.default_rng(1)
    parts, wholes = rng.integers(0, 5, 80), rng.integers(5, 20, 80)
    fast = ratio(parts, wholes, np.random.default_rng(2), draws=4000)
    slow = bootstrap(lambda i: parts[i].sum() / wholes[i].sum(), 80, np.random.default_rng(3), draws=4000)
    assert fast.value == slow.value == parts.sum() / wholes.sum()
    assert fast.low == pytest.approx(slow.low, abs=0.005) and fast.high == pytest.approx(slow.high, abs=0.005)


def test_clips_of_one_group_hang_together() -> None:
    rng = np.random.default_rng(5)
    speaker = np.repeat(np.arange(10), 20)
    errors = rng.normal(size=10)[speaker] + 0.1 * rng.normal(size=200)
    alone = ratio(errors, np.ones(200), np.random.default_rng(1))
    grouped = ratio(errors, np.ones(200), np.random.default_rng(1), groups=list(speaker))
    assert grouped.high - grouped.low > 2 * (alone.high - alone.low)
    assert grouped.value == pytest.approx(alone.value)
    drawn = bootstrap(lambda i: float(errors[i].mean()), 200, np.random.default_rng(1), groups=list(speaker))
    assert drawn.high - drawn.low == pytest.approx(grouped.high - grouped.low, rel=0.15)


def test_pairing_sees_a_small_steady_difference() -> None:
    rng = np.random.default_rng(7)
    hard = rng.normal(size=100) * 5
    better = hard - 0.2 + 0.05 * rng.normal(size=100)
    told = paired(lambda i: hard[i].mean(), lambda i: better[i].mean(), 100, np.random.default_rng(1))
    assert told.value == pytest.approx(0.2, abs=0.03) and told.low > 0 and told.p == 0
    same = paired(lambda i: hard[i].mean(), lambda i: hard[i].mean(), 100, np.random.default_rng(1))
    assert same.value == same.low == same.high == 0 and same.p == 1


def test_one_item_has_no_interval() -> None:
    told = ratio(np.array([1.0]), np.array([4.0]), np.random.default_rng(0))
    assert told.value == 0.25 and math.isnan(told.low) and math.isnan(told.high)
    one_group = bootstrap(lambda i: 1.0, 3, np.random.default_rng(0), groups=["a", "a", "a"])
    assert math.isnan(one_group.low)


def test_what_cannot_be_drawn_is_refused() -> None:
    rng = np.random.default_rng(0)
    with pytest.raises(UsageError, match="nothing to draw"):
        bootstrap(lambda i: 0.0, 0, rng)
    with pytest.raises(UsageError, match="group names"):
        bootstrap(lambda i: 0.0, 3, rng, groups=["a"])
    with pytest.raises(UsageError, match="level"):
        ratio(np.ones(3), np.ones(3), rng, level=1.5)
