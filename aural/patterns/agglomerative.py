"""Agglomerative clustering with average linkage: the two nearest clusters become one, again and again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from aural.errors import UsageError


@dataclass(frozen=True, eq=False)
class Tree:
    """All merges of N items, nearest first: `pairs` [N-1, 2] name clusters by their smallest item, `likeness` [N-1]
    is the mean likeness of the two when they were merged."""

    count: int
    pairs: np.ndarray
    likeness: np.ndarray

    def cut(self, *, threshold: float | None = None, clusters: int | None = None) -> np.ndarray:
        """Labels [N], 0.. in the order of each cluster's first item.

        Merges below `threshold` are not made; with `clusters`, exactly so many are left (at most N).
        Raises: UsageError unless exactly one of the two is given.
        """
        if (threshold is None) == (clusters is None):
            raise UsageError("a tree is cut at a threshold or to a number of clusters, one of the two")
        if clusters is not None and clusters < 1:
            raise UsageError(f"there is no way to make {clusters} clusters")
        # Average linkage never turns back, but rounding can: the first merge below the threshold ends it.
        below = np.flatnonzero(self.likeness < threshold) if threshold is not None else np.array([], int)
        made = self.count - clusters if clusters is not None else int(below[0]) if len(below) else len(self.pairs)
        names = np.arange(self.count)
        for kept, gone in self.pairs[: max(0, made)].tolist():
            names[names == gone] = kept
        return np.unique(names, return_inverse=True)[1]


def tree(likeness: np.ndarray, weights: np.ndarray | None = None) -> Tree:
    """Build the tree from a symmetric matrix of likenesses [N, N] (more = nearer), such as cosines.

    `weights` [N]: how much an item counts in the mean (1). Runs in about N * N steps and keeps one copy.
    Raises: UsageError for a matrix that is not square or holds what is no number.
    Source: R. Sokal and C. Michener, "A statistical method for evaluating systematic relationships", 1958.
    """
    near = np.array(likeness, dtype=np.float64)
    if near.ndim != 2 or near.shape[0] != near.shape[1]:
        raise UsageError(f"likenesses are a square matrix, not {near.shape}")
    if not np.isfinite(near).all():
        raise UsageError("a likeness is not a finite number")
    count = len(near)
    size = np.ones(count) if weights is None else np.array(weights, dtype=np.float64)
    np.fill_diagonal(near, -np.inf)
    best = near.argmax(axis=1) if count else np.zeros(0, int)
    value = near[np.arange(count), best]
    pairs, levels = np.zeros((max(count - 1, 0), 2), int), np.zeros(max(count - 1, 0))
    for step in range(count - 1):
        one = int(value.argmax())
        kept, gone = sorted((one, int(best[one])))
        pairs[step], levels[step] = (kept, gone), value[one]
        total = size[kept] + size[gone]
        row = (near[kept] * size[kept] + near[gone] * size[gone]) / total
        size[kept] = total
        row[kept] = -np.inf
        near[kept], near[:, kept] = row, row
        near[gone], near[:, gone] = -np.inf, -np.inf
        # Only rows whose nearest was one of the two can have lost it; the merged row is new to all others.
        stale = np.flatnonzero((best == kept) | (best == gone))
        stale = np.append(stale[np.isfinite(value[stale])], kept)
        best[stale] = near[stale].argmax(axis=1)
        value[stale] = near[stale, best[stale]]
        value[gone] = -np.inf
        closer = row > value
        best[closer], value[closer] = kept, row[closer]
    return Tree(count, pairs, levels)
