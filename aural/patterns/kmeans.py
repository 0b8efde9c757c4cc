"""k-means: centers so that each point lies near one of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from aural.errors import UsageError


@dataclass(frozen=True, eq=False)
class Clusters:
    """Centers [K, D], the center of each point [N], and the sum of squared distances."""

    centers: np.ndarray
    labels: np.ndarray
    inertia: float


def kmeans(points: np.ndarray, k: int, rng: np.random.Generator, *, tries: int = 4, steps: int = 100) -> Clusters:
    """Cluster points [N, D] around `k` centers; the best of `tries` starts.

    Starts are drawn far apart (k-means++). No cluster stays empty as long as there are k different points.
    Raises: UsageError when k is below 1 or above N.
    Source: S. Lloyd 1982; D. Arthur and S. Vassilvitskii, "k-means++", 2007.
    """
    x = np.asarray(points, np.float64)
    if x.ndim != 2 or not 1 <= k <= len(x):
        raise UsageError(f"{len(x)} points cannot make {k} clusters")
    found = [refine(x, _far_apart(x, k, rng), steps=steps) for _ in range(tries)]
    return min(found, key=lambda c: c.inertia)


def refine(points: np.ndarray, centers: np.ndarray, *, steps: int = 100) -> Clusters:
    """Move centers [K, D] to the means of the points [N, D] nearest to them until nothing changes."""
    x, at = np.asarray(points, np.float64), np.array(centers, np.float64)
    labels = np.full(len(x), -1)
    for _ in range(max(1, steps)):
        away = _squared(x, at)
        now = away.argmin(axis=1)
        empty = np.setdiff1d(np.arange(len(at)), now)
        for lost in empty:
            # The point that lies worst begins anew; it must not empty the cluster it leaves.
            rest = np.bincount(now, minlength=len(at))[now] > 1
            far = int(np.where(rest, away[np.arange(len(x)), now], -1).argmax())
            now[far] = lost
        if (now == labels).all():
            break
        labels = now
        for j in np.unique(labels):
            at[j] = x[labels == j].mean(axis=0)
    inertia = float(_squared(x, at)[np.arange(len(x)), labels].sum())
    return Clusters(at, labels, inertia)


def _far_apart(x: np.ndarray, k: int, rng: np.random.Generator) -> np.ndarray:
    chosen = [int(rng.integers(len(x)))]
    for _ in range(k - 1):
        away = _squared(x, x[chosen]).min(axis=1)
        away[chosen] = 0
        total = away.sum()
        free = np.setdiff1d(np.arange(len(x)), chosen)
        chosen.append(int(rng.choice(len(x), p=away / total)) if total > 0 else int(free[0]))
    return x[chosen]


def _squared(x: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Squared distances [N, K]."""
    gap = (x * x).sum(axis=1)[:, None] - 2 * x @ at.T + (at * at).sum(axis=1)
    return np.asarray(np.maximum(gap, 0))
