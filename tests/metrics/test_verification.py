"""EER and detection cost against scikit-learn's curves and by hand."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from aural.errors import UsageError
from aural.metrics.verification import accuracy, dcf, det, eer, min_dcf, threshold_at_eer

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "metrics" / "verification.json").read_text())["cases"]


@pytest.mark.parametrize("case", GOLDEN, ids=range(len(GOLDEN)))
def test_equal_to_scikit_learn(case: dict) -> None:
    scores, targets = np.array(case["scores"]), np.array(case["targets"])
    assert eer(scores, targets) == pytest.approx(case["eer"], abs=1e-9)
    for p_target, expected in case["min_dcf"].items():
        assert min_dcf(scores, targets, float(p_target)) == pytest.approx(expected, abs=1e-9)
    if case["det"]:
        curve, (false, miss, thresholds) = det(scores, targets), map(np.array, case["det"])
        ours = {t: (m, f) for t, m, f in zip(curve.thresholds, curve.miss, curve.false_alarm, strict=True)}
        for f, m, t in zip(false, miss, thresholds, strict=True):
            if np.isfinite(t) and t in ours:
                assert ours[t] == pytest.approx((m, f), abs=1e-9)


def test_apart_and_mixed() -> None:
    targets = [1, 1, 0, 0]
    assert eer([0.9, 0.8, 0.2, 0.1], targets) == 0 == min_dcf([0.9, 0.8, 0.2, 0.1], targets)
    assert 0.2 <= threshold_at_eer([0.9, 0.8, 0.2, 0.1], targets) <= 0.8
    assert eer([0.1, 0.2, 0.8, 0.9], targets) == 1
    assert eer([0.5, 0.5, 0.5, 0.5], targets) == pytest.approx(0.5)
    assert min_dcf([0.1, 0.2, 0.8, 0.9], targets) == 1


def test_the_threshold_splits_misses_and_false_alarms_evenly() -> None:
    rng = np.random.default_rng(0)
    targets = np.arange(2000) % 2 == 0
    scores = rng.normal(size=2000) + 2 * targets
    threshold, rate = threshold_at_eer(scores, targets), eer(scores, targets)
    assert (scores[targets] < threshold).mean() == pytest.approx(rate, abs=2e-3)
    assert (scores[~targets] >= threshold).mean() == pytest.approx(rate, abs=2e-3)
    assert accuracy(scores, targets, threshold) == pytest.approx(1 - rate, abs=2e-3)
    # two bells of width 1 that stand 2 apart cross at 15.87 %
    assert rate == pytest.approx(0.1587, abs=0.02)
    assert dcf(scores, targets, threshold, 0.5) == pytest.approx(2 * rate, abs=5e-3)


@pytest.mark.parametrize(
    ("scores", "targets"), [([1.0, 2.0], [1, 1]), ([1.0], [1, 0]), ([float("nan"), 1.0], [1, 0]), ([], [])], ids=range(4)
)
def test_what_cannot_be_judged_is_refused(scores: list, targets: list) -> None:
    with pytest.raises(UsageError):
        eer(scores, targets)
    with pytest.raises(UsageError, match="p_target"):
        min_dcf([1.0, 0.0], [1, 0], p_target=1.0)
