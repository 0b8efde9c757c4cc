"""Gaussians and mixtures against scikit-learn, and what must hold of them."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import numpy as np
import pytest

from aural.errors import UsageError
from aural.patterns.gaussian import Mixture, fit, improve, mixture

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "patterns" / "patterns.json").read_text())


@pytest.mark.parametrize("case", GOLDEN["gaussian"], ids=range(len(GOLDEN["gaussian"])))
def test_the_shrunk_covariance_is_ledoit_and_wolfs(case: dict) -> None:
    model = fit(np.array(case["x"]))
    assert np.allclose(model.covariance(), case["covariance"], rtol=1e-6, atol=1e-9)
    assert np.allclose(model.distance(np.array(case["new"])), case["distance"], rtol=1e-6)


def test_a_mixture_ends_where_scikit_learns_does() -> None:
    case = GOLDEN["mixture"]
    shares, means, variances = map(np.array, case["start"])
    found = improve(np.array(case["x"]), Mixture(shares, means, variances), steps=3000, close=1e-13)
    assert np.allclose(found.shares, case["shares"], atol=1e-4)
    assert np.allclose(found.means, case["means"], atol=1e-4)
    assert np.allclose(found.variances, case["variances"], atol=1e-4)
    assert np.allclose(found.log_density(np.array(case["x"])), case["log_density"], atol=1e-3)


def test_all_shrinkage_is_a_ball() -> None:
    x = np.random.default_rng(0).standard_normal((20, 3)) * [1, 5, 10]
    model = fit(x, 1.0)
    away = x - x.mean(axis=0)
    assert np.allclose(model.distance(x), (away**2).sum(axis=1) / ((away**2).sum() / away.size))


def test_fewer_points_than_numbers_still_give_a_distance() -> None:
    rng = np.random.default_rng(1)
    x = rng.standard_normal((8, 200))
    model = fit(x)
    assert len(model.variance) <= 8
    assert (model.distance(x + 5) > model.distance(x)).all()


def test_points_that_are_all_the_same_do_not_divide_by_zero() -> None:
    model = fit(np.ones((4, 3)))
    assert np.isfinite(model.distance(np.zeros((1, 3)))).all() and model.distance(np.zeros((1, 3)))[0] > 1


def test_a_mixture_finds_two_heaps_and_each_step_is_no_worse() -> None:
    rng = np.random.default_rng(2)
    x = np.concatenate([rng.standard_normal((60, 2)), rng.standard_normal((40, 2)) + [9, 0]])
    found = mixture(x, 2, np.random.default_rng(0))
    assert sorted(np.round(found.means[:, 0])) == [0, 9]
    assert sorted(np.round(found.shares, 1)) == [0.4, 0.6]
    again = mixture(x, 2, np.random.default_rng(0))
    assert np.array_equal(found.means, again.means)
    start = Mixture(np.array([0.5, 0.5]), np.array([[1.0, 1.0], [2.0, 2.0]]), np.ones((2, 2)))
    levels = [improve(x, start, steps=n).log_density(x).mean() for n in range(1, 30)]
    assert all(b >= a - 1e-6 for a, b in itertools.pairwise(levels))


def test_densities_add_up_to_one() -> None:
    model = Mixture(np.array([0.3, 0.7]), np.array([[0.0], [3.0]]), np.array([[1.0], [0.25]]))
    grid = np.linspace(-8, 11, 4001)
    assert np.exp(model.log_density(grid[:, None])).sum() * (grid[1] - grid[0]) == pytest.approx(1, abs=1e-6)


def test_what_cannot_be_fitted_is_refused() -> None:
    with pytest.raises(UsageError, match="too few"):
        fit(np.zeros((1, 3)))
    with pytest.raises(UsageError, match="finite"):
        fit(np.full((3, 3), np.nan))
    with pytest.raises(UsageError, match="shrinkage"):
        fit(np.zeros((3, 3)), 2.0)
    with pytest.raises(UsageError, match="too few"):
        mixture(np.zeros((2, 2)), 3, np.random.default_rng(0))
