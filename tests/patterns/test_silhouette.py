"""Silhouettes against scikit-learn, and at their ends."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from aural.errors import UsageError
from aural.patterns.silhouette import silhouettes

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "patterns" / "groups.json").read_text())


@pytest.mark.parametrize("case", GOLDEN["cases"], ids=range(len(GOLDEN["cases"])))
def test_equal_to_scikit_learn(case: dict) -> None:
    assert np.allclose(silhouettes(np.array(case["points"]), np.array(case["found"])), case["silhouettes"], atol=1e-9)


def test_far_heaps_and_many_points() -> None:
    rng = np.random.default_rng(0)
    x = np.concatenate([rng.standard_normal((300, 2)), rng.standard_normal((300, 2)) + 100])
    right = np.repeat([3, 8], 300)
    assert silhouettes(x, right).min() > 0.95
    assert silhouettes(x, np.arange(600) % 2).mean() < 0.01
    assert (silhouettes(np.zeros((4, 2)), np.array([0, 0, 1, 1])) == 0).all()


@pytest.mark.parametrize("labels", [[0, 0, 0], [0, 1, 2], [0, 1]])
def test_what_has_none_is_refused(labels: list[int]) -> None:
    with pytest.raises(UsageError):
        silhouettes(np.zeros((3, 2)), np.array(labels))
