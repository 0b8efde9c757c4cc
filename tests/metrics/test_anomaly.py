"""AUC and its part at few false alarms, against scikit-learn."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from aural.errors import UsageError
from aural.metrics.anomaly import auc, curve, partial_auc

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "metrics" / "anomaly.json").read_text())


@pytest.mark.parametrize("case", GOLDEN["cases"], ids=range(len(GOLDEN["cases"])))
def test_equal_to_scikit_learn(case: dict) -> None:
    scores, truth = np.array(case["scores"]), np.array(case["truth"])
    assert auc(scores, truth) == pytest.approx(case["auc"], abs=1e-12)
    for rate, told in case["partial"].items():
        assert partial_auc(scores, truth, float(rate)) == pytest.approx(told, abs=1e-12)


def test_perfect_reversed_and_tied() -> None:
    truth = np.array([False, False, True, True])
    assert auc(np.arange(4), truth) == 1 == partial_auc(np.arange(4), truth)
    assert auc(-np.arange(4), truth) == 0
    assert auc(np.zeros(4), truth) == 0.5 == partial_auc(np.zeros(4), truth)
    assert partial_auc(np.zeros(4), truth, 0.1, raw=True) == pytest.approx(0.05)


def test_only_the_order_of_scores_counts() -> None:
    rng = np.random.default_rng(0)
    scores, truth = rng.standard_normal(50), rng.random(50) < 0.4
    assert partial_auc(scores, truth) == partial_auc(np.exp(3 * scores), truth)


def test_the_curve_never_turns_back() -> None:
    rng = np.random.default_rng(1)
    false, hits = curve(np.round(rng.standard_normal(60), 1), rng.random(60) < 0.5)
    assert (np.diff(false) >= 0).all() and (np.diff(hits) >= 0).all()
    assert (false[0], hits[0], false[-1], hits[-1]) == (0, 0, 1, 1)


def test_what_cannot_be_judged_is_refused() -> None:
    with pytest.raises(UsageError, match="one kind"):
        auc(np.zeros(3), np.ones(3))
    with pytest.raises(UsageError, match="finite"):
        auc(np.array([np.nan, 0]), np.array([0, 1]))
    with pytest.raises(UsageError, match="cannot be compared"):
        auc(np.zeros(3), np.zeros(2))
    with pytest.raises(UsageError, match="false alarm rate"):
        partial_auc(np.zeros(2), np.array([0, 1]), 0.0)
