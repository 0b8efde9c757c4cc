"""The best one-to-one pairing of rows and columns (Hungarian method)."""

from __future__ import annotations

import numpy as np


def assign(costs: np.ndarray) -> list[tuple[int, int]]:
    """Pairs (row, column) of least total cost; costs [N, M], min(N, M) pairs, sorted by row.

    Shortest augmenting paths with potentials, O(n^2 m). Source: Jonker and Volgenant 1987.
    """
    costs = np.asarray(costs, dtype=np.float64)
    if costs.ndim != 2 or 0 in costs.shape:
        return []
    if costs.shape[0] > costs.shape[1]:
        return sorted((row, column) for column, row in assign(costs.T))
    rows, columns = costs.shape
    # column 0 is a place to start from; the others are 1-based
    row_potential, column_potential = np.zeros(rows + 1), np.zeros(columns + 1)
    taken = np.zeros(columns + 1, dtype=np.int64)
    for row in range(1, rows + 1):
        _augment(costs, row, row_potential, column_potential, taken)
    return sorted((int(taken[j]) - 1, j - 1) for j in range(1, columns + 1) if taken[j])


def _augment(costs: np.ndarray, row: int, row_potential: np.ndarray, column_potential: np.ndarray, taken: np.ndarray) -> None:
    """Give `row` a column, moving others along the cheapest path; changes the potentials and `taken`."""
    columns = costs.shape[1]
    cheapest = np.full(columns + 1, np.inf)
    before = np.zeros(columns + 1, dtype=np.int64)
    done = np.zeros(columns + 1, dtype=bool)
    taken[0], at = row, 0
    while taken[at]:
        done[at] = True
        i = int(taken[at])
        open_ = ~done
        open_[0] = False
        reduced = costs[i - 1] - row_potential[i] - column_potential[1:]
        better = open_[1:] & (reduced < cheapest[1:])
        cheapest[1:][better] = reduced[better]
        before[1:][better] = at
        free = np.where(open_, cheapest, np.inf)
        after = int(np.argmin(free))
        step = free[after]
        row_potential[taken[done]] += step
        column_potential[done] -= step
        cheapest[open_] -= step
        at = after
    while at:
        taken[at] = taken[before[at]]
        at = int(before[at])
