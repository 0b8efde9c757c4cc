"""Errors of numbers against scikit-learn."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from aural.errors import UsageError
from aural.metrics import regression

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "metrics" / "regression.json").read_text())["cases"]


@pytest.mark.parametrize("case", GOLDEN, ids=range(len(GOLDEN)))
@pytest.mark.parametrize("name", ["mae", "rmse", "r2", "correlation"])
def test_equal_to_scikit_learn(case: dict, name: str) -> None:
    assert getattr(regression, name)(case["true"], case["told"]) == pytest.approx(case[name], abs=1e-9)


def test_corners() -> None:
    assert regression.r2([2, 2], [2, 2]) == 1 and regression.r2([2, 2], [2, 3]) == 0
    assert regression.r2([1, 3], [2, 2]) == 0
    assert math.isnan(regression.correlation([1, 1], [1, 2]))
    with pytest.raises(UsageError):
        regression.mae([1], [1, 2])
    with pytest.raises(UsageError):
        regression.mae([], [])
