"""Nearest neighbors against scikit-learn, and against looking at every pair."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from aural.errors import UsageError
from aural.patterns.nearest import Neighbors

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "patterns" / "patterns.json").read_text())
NAMES = {"euclidean": "euclid", "cosine": "cosine"}


@pytest.mark.parametrize("case", GOLDEN["nearest"], ids=[c["metric"] for c in GOLDEN["nearest"]])
def test_equal_to_scikit_learn(case: dict) -> None:
    known = Neighbors(np.array(case["x"]), NAMES[case["metric"]])  # type: ignore[arg-type]
    numbers, away = known.nearest(np.array(case["new"]), 4)
    assert numbers.tolist() == case["numbers"]
    assert np.allclose(away, case["away"], atol=1e-9)
    assert np.allclose(known.distance(np.array(case["new"]), 4), np.mean(case["away"], axis=1), atol=1e-9)
    assert np.allclose(known.vote(np.array(case["new"]), np.array(case["labels"]), 3, 5), case["shares"])


@pytest.mark.parametrize("metric", ["euclid", "cosine"])
def test_own_points_are_compared_with_the_others(metric: str) -> None:
    x = np.random.default_rng(0).standard_normal((600, 4))  # more than a block
    known = Neighbors(x, metric)  # type: ignore[arg-type]
    numbers, away = known.nearest(x, 2, own=True)
    assert (numbers != np.arange(600)[:, None]).all()
    for i in (0, 511, 512, 599):
        rest = np.delete(np.arange(600), i)
        assert np.allclose(away[i], Neighbors(x[rest], metric).nearest(x[i : i + 1], 2)[1][0], atol=1e-9)  # type: ignore[arg-type]


def test_a_known_point_lies_at_no_distance() -> None:
    x = 1e3 + np.random.default_rng(1).standard_normal((10, 3))
    assert Neighbors(x).distance(x, 1).max() == 0


def test_what_cannot_be_searched_is_refused() -> None:
    with pytest.raises(UsageError, match="3 neighbors"):
        Neighbors(np.zeros((3, 2))).nearest(np.zeros((1, 2)), 3, own=True)
    with pytest.raises(UsageError, match="do not fit"):
        Neighbors(np.zeros((3, 2))).nearest(np.zeros((1, 3)), 1)
    with pytest.raises(UsageError, match="no finite points"):
        Neighbors(np.full((2, 2), np.inf))
    with pytest.raises(UsageError, match="no distance called"):
        Neighbors(np.zeros((2, 2)), "taxi")  # type: ignore[arg-type]
