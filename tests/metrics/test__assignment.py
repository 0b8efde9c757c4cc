"""The assignment behind DER, cpWER and event F1 is optimal."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aural.metrics._assignment import assign


@given(st.integers(0, 2**32 - 1), st.integers(1, 5), st.integers(1, 5))
def test_no_other_pairing_is_cheaper(seed: int, rows: int, columns: int) -> None:
    costs = np.random.default_rng(seed).integers(-9, 9, (rows, columns)).astype(float)
    pairs = assign(costs)
    assert len(pairs) == min(rows, columns)
    assert len({i for i, _ in pairs}) == len({j for _, j in pairs}) == len(pairs)
    wide = costs if rows <= columns else costs.T
    best = min(sum(wide[i, j] for i, j in enumerate(p)) for p in itertools.permutations(range(wide.shape[1]), wide.shape[0]))
    assert sum(costs[i, j] for i, j in pairs) == pytest.approx(best)


def test_no_rows_no_pairs() -> None:
    assert assign(np.zeros((0, 3))) == [] == assign(np.zeros((2, 0)))
