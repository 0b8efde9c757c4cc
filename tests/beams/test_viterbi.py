"""The best path through states: against all paths, and its limits."""

from __future__ import annotations

from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aural.beams.viterbi import best_path


@given(st.integers(0, 2**31), st.integers(1, 6), st.integers(1, 3), st.floats(0, 3))
def test_it_is_the_best_of_all_paths(seed: int, frames: int, kinds: int, switch: float) -> None:
    scores = np.random.default_rng(seed).normal(size=(frames, kinds))

    def worth(path: tuple[int, ...]) -> float:
        changes = sum(a != b for a, b in pairwise(path))
        return float(scores[np.arange(frames), list(path)].sum() - switch * changes)

    best = max(worth(p) for p in product(range(kinds), repeat=frames))
    assert worth(tuple(best_path(scores, switch))) == pytest.approx(best)


def test_costs_may_forbid_a_change() -> None:
    costs = np.array([[0.0, 1e9], [0.0, 0.0]])
    scores = np.array([[1.0, 0.0], [0.0, 5.0], [0.0, 5.0]])
    assert list(best_path(scores, costs)) == [1, 1, 1]
    assert list(best_path(scores, 0.5)) == [0, 1, 1]


def test_no_frames_give_no_path() -> None:
    assert best_path(np.zeros((0, 3)), 1.0).shape == (0,)
