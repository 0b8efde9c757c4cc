"""Purity, mutual information and Rand index of groups, against scikit-learn."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from aural.errors import UsageError
from aural.metrics.clustering import adjusted_rand, nmi, purity

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "patterns" / "groups.json").read_text())


@pytest.mark.parametrize("case", GOLDEN["cases"], ids=range(len(GOLDEN["cases"])))
def test_equal_to_scikit_learn(case: dict) -> None:
    assert nmi(case["true"], case["found"]) == pytest.approx(case["nmi"], abs=1e-12)
    assert adjusted_rand(case["true"], case["found"]) == pytest.approx(case["rand"], abs=1e-12)


def test_names_do_not_matter_and_ends_are_met() -> None:
    true = ["a", "a", "b", "b", "c"]
    assert purity(true, [7, 7, 0, 0, 1]) == nmi(true, [7, 7, 0, 0, 1]) == adjusted_rand(true, [7, 7, 0, 0, 1]) == 1
    assert purity(true, [0] * 5) == 0.4 and nmi(true, [0] * 5) == 0 == adjusted_rand(true, [0] * 5)
    assert purity(true, range(5)) == 1 > nmi(true, range(5))
    assert nmi("x", "y") == 1 == adjusted_rand("x", "y")


def test_what_cannot_be_compared_is_refused() -> None:
    with pytest.raises(UsageError):
        nmi(["a"], [])
    with pytest.raises(UsageError):
        purity([], [])
