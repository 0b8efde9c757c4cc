"""Silhouettes: how much nearer a point lies to its own group than to the next one."""

from __future__ import annotations

import numpy as np

from aural.errors import UsageError

_BLOCK = 256


def silhouettes(points: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Points [N, D] and group numbers [N] -> [N] in -1..1: (b - a) / max(a, b), a the mean distance to the others of its
    own group, b that to the nearest other group. A point alone in its group has 0.

    Equal to scikit-learn's silhouette_samples. Raises: UsageError unless there are 2 groups or more, and fewer than points.
    Source: P. Rousseeuw, "Silhouettes: a graphical aid to the interpretation and validation of cluster analysis", 1987.
    """
    x, names = np.asarray(points, np.float64), np.unique(np.asarray(labels), return_inverse=True)
    count = len(names[0])
    if x.ndim != 2 or len(x) != len(names[1]) or not 2 <= count <= len(x) - 1:
        raise UsageError(
            f"{len(x)} points in {count} groups have no silhouettes", fix="There must be 2 groups or more, not all of one"
        )
    member = np.eye(count)[names[1]]
    sizes, found = member.sum(axis=0), np.zeros(len(x))
    squares = (x * x).sum(axis=1)
    for start in range(0, len(x), _BLOCK):
        part = slice(start, start + _BLOCK)
        gap = np.sqrt(np.maximum(squares[part, None] + squares - 2 * x[part] @ x.T, 0))
        gap[np.arange(len(gap)), start + np.arange(len(gap))] = 0
        sums, own = gap @ member, member[part].astype(bool)
        inside = sums[own] / np.maximum(sizes[names[1][part]] - 1, 1)
        outside = np.where(own, np.inf, sums / sizes).min(axis=1)
        most = np.maximum(inside, outside)
        told = np.where(most > 0, (outside - inside) / np.where(most > 0, most, 1), 0)
        found[part] = np.where(sizes[names[1][part]] > 1, told, 0)
    return found
