"""Accuracy, average precision, lwlrap and AUC against scikit-learn."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from aural.errors import UsageError
from aural.metrics.labels import (
    accuracy,
    average_precision,
    balanced_accuracy,
    confusion,
    lwlrap,
    mean_auc,
    mean_average_precision,
    top_k,
)

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "metrics" / "labels.json").read_text())


@pytest.mark.parametrize("case", GOLDEN["cases"], ids=range(len(GOLDEN["cases"])))
def test_equal_to_scikit_learn(case: dict) -> None:
    truth, scores = np.array(case["truth"]), np.array(case["scores"])
    assert mean_average_precision(truth, scores) == pytest.approx(case["map"], abs=1e-9)
    assert lwlrap(truth, scores) == pytest.approx(case["lwlrap"], abs=1e-9)
    assert mean_auc(truth, scores) == pytest.approx(case["auc"], abs=1e-9)
    assert accuracy(case["true"], case["told"]) == pytest.approx(case["accuracy"], abs=1e-9)
    assert balanced_accuracy(case["true"], case["told"]) == pytest.approx(case["balanced"], abs=1e-9)
    assert confusion(case["true"], case["told"])[1].tolist() == case["confusion"]


def test_top_k_is_scikit_learns() -> None:
    top = GOLDEN["top"]
    truth = np.eye(5, dtype=bool)[top["true"]]
    for k, expected in top["k"].items():
        assert top_k(truth, np.array(top["scores"]), int(k)) == pytest.approx(expected, abs=1e-9)


def test_perfect_and_reversed_scores() -> None:
    truth = np.eye(4, dtype=bool)
    assert mean_average_precision(truth, truth.astype(float)) == 1 == lwlrap(truth, truth.astype(float))
    assert mean_auc(truth, -truth.astype(float)) == 0


def test_a_class_without_a_true_clip_is_left_out() -> None:
    truth = np.array([[1, 0], [0, 0]], dtype=bool)
    scores = np.array([[0.9, 0.3], [0.1, 0.2]])
    assert np.isnan(average_precision(truth[:, 1], scores[:, 1]))
    assert mean_average_precision(truth, scores) == 1


def test_what_cannot_be_judged_is_refused() -> None:
    with pytest.raises(UsageError):
        accuracy(["a"], [])
    with pytest.raises(UsageError):
        accuracy([], [])
    with pytest.raises(UsageError):
        lwlrap(np.ones((2, 3)), np.ones((2, 2)))
    with pytest.raises(UsageError, match="not a finite number"):
        lwlrap(np.ones((1, 2)), np.array([[0.1, np.nan]]))
    with pytest.raises(UsageError, match="'z'"):
        confusion(["a"], ["z"], ["a", "b"])
