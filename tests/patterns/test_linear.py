"""Linear models against scikit-learn, and what must hold of any of them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from aural.errors import UsageError
from aural.patterns.linear import logistic, one_by_one, ridge

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "patterns" / "patterns.json").read_text())


@pytest.mark.parametrize("case", GOLDEN["logistic"], ids=range(len(GOLDEN["logistic"])))
def test_logistic_is_scikit_learns(case: dict) -> None:
    model = logistic(np.array(case["x"]), np.array(case["y"]), case["k"], l2=case["l2"], balanced=case["balanced"])
    assert np.allclose(model.predict(np.array(case["new"])), case["probs"], atol=2e-6)


@pytest.mark.parametrize("case", GOLDEN["one_by_one"], ids=range(len(GOLDEN["one_by_one"])))
def test_a_set_is_one_logistic_regression_for_each_label(case: dict) -> None:
    model = one_by_one(np.array(case["x"]), np.array(case["y"]), l2=case["l2"], balanced=case["balanced"])
    assert np.allclose(model.predict(np.array(case["new"])), case["probs"], atol=2e-6)


@pytest.mark.parametrize("case", GOLDEN["ridge"], ids=range(len(GOLDEN["ridge"])))
def test_ridge_is_scikit_learns(case: dict) -> None:
    model = ridge(np.array(case["x"]), np.array(case["y"]), l2=case["l2"])
    assert np.allclose(model.predict(np.array(case["new"])), case["told"], atol=1e-8)


def test_the_same_points_give_the_same_bits() -> None:
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((50, 80)), rng.integers(0, 5, 50)
    one, other = logistic(x, y, 5), logistic(x, y, 5)
    assert np.array_equal(one.weights, other.weights) and np.array_equal(one.bias, other.bias)


def test_units_of_a_number_do_not_matter() -> None:
    rng = np.random.default_rng(1)
    x, y = rng.standard_normal((40, 6)), rng.integers(0, 3, 40)
    stretched = x * np.array([1e-6, 1, 1e6, 3, 7, 0.1]) + 100
    assert np.allclose(logistic(x, y, 3).predict(x), logistic(stretched, y, 3).predict(stretched), atol=1e-6)


def test_a_number_that_never_changes_and_a_class_without_a_clip_do_no_harm() -> None:
    rng = np.random.default_rng(2)
    x, y = rng.standard_normal((30, 4)), rng.integers(0, 2, 30)
    x[:, 2] = 5.0
    probs = logistic(x, y, 3).predict(x)
    assert np.isfinite(probs).all() and probs[:, 2].max() < 1e-3
    lone = one_by_one(x, np.stack([y > 0, np.zeros(30, bool)], axis=1), balanced=True).predict(x)
    assert np.isfinite(lone).all() and lone[:, 1].max() < 0.01


def test_less_penalty_fits_closer() -> None:
    rng = np.random.default_rng(3)
    x, y = rng.standard_normal((60, 10)), rng.integers(0, 3, 60)
    fits = [logistic(x, y, 3, l2=l2).predict(x)[np.arange(60), y].mean() for l2 in (100.0, 1.0, 0.01)]
    assert fits == sorted(fits)


def test_points_that_can_be_told_apart_wholly_end_too() -> None:
    x = np.array([[0.0], [1.0], [10.0], [11.0]])
    probs = logistic(x, np.array([0, 0, 1, 1]), 2, l2=1e-6).predict(x)
    assert probs.argmax(axis=1).tolist() == [0, 0, 1, 1] and np.isfinite(probs).all()


def test_what_cannot_be_learned_is_refused() -> None:
    x = np.zeros((3, 2))
    with pytest.raises(UsageError, match="class numbers"):
        logistic(x, np.array([0, 1, 2]), 2)
    with pytest.raises(UsageError, match="do not fit"):
        logistic(x, np.array([0, 1]), 2)
    with pytest.raises(UsageError, match="finite"):
        ridge(np.array([[np.nan, 1.0]]), np.array([1.0]))
    with pytest.raises(UsageError, match="above 0"):
        ridge(x, np.zeros(3), l2=0)
    with pytest.raises(UsageError, match="do not fit a model"):
        ridge(x, np.zeros(3)).predict(np.zeros((1, 5)))
