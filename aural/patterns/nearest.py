"""Nearest neighbors: how far a point lies from those that are known, and what they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from aural.errors import UsageError

Metric = Literal["euclid", "cosine"]
_BLOCK = 512  # points that are compared at once


@dataclass(frozen=True, eq=False)
class Neighbors:
    """Known points [N, D] in the order they were given. cosine: 1 - cosine of the angle, 0..2; euclid: the distance."""

    points: np.ndarray
    metric: Metric = "euclid"

    def __post_init__(self) -> None:
        x = np.asarray(self.points)
        if x.ndim != 2 or not x.size or not np.isfinite(x).all():
            raise UsageError(f"points of shape {x.shape} are no finite points to search among")
        if self.metric not in ("euclid", "cosine"):
            raise UsageError(f"there is no distance called {self.metric!r}", fix="It is euclid or cosine")

    def nearest(self, points: np.ndarray, k: int, *, own: bool = False) -> tuple[np.ndarray, np.ndarray]:
        """The k nearest known points of each of points [M, D]: numbers [M, k], distances [M, k], nearest first.

        Of equal distances the first known point wins. `own`: the points are the known ones themselves, and each is
        compared with the others. Raises: UsageError unless there are k of them.
        """
        x = np.asarray(points, np.float64)
        most = len(self.points) - own
        if not 1 <= k <= most:
            raise UsageError(f"{k} neighbors were asked for, and there are {most}")
        if x.ndim != 2 or x.shape[1] != self.points.shape[1]:
            raise UsageError(f"points of shape {x.shape} do not fit known ones of {self.points.shape[1]} numbers")
        numbers, away = np.zeros((len(x), k), int), np.zeros((len(x), k))
        for start in range(0, len(x), _BLOCK):
            part = self._distances(x[start : start + _BLOCK])
            if own:
                part[np.arange(len(part)), start + np.arange(len(part))] = np.inf
            order = np.argsort(part, axis=1, kind="stable")[:, :k]
            numbers[start : start + len(part)] = order
            away[start : start + len(part)] = np.take_along_axis(part, order, axis=1)
        return numbers, away

    def distance(self, points: np.ndarray, k: int, *, own: bool = False) -> np.ndarray:
        """The mean distance [M] of points [M, D] to their k nearest known points."""
        return np.asarray(self.nearest(points, k, own=own)[1].mean(axis=1))

    def vote(self, points: np.ndarray, labels: np.ndarray, classes: int, k: int) -> np.ndarray:
        """Shares [M, classes] of the labels [N] among the k nearest of points [M, D]."""
        votes = np.asarray(labels)[self.nearest(points, k)[0]]
        return np.asarray((votes[:, :, None] == np.arange(classes)).mean(axis=1))

    def _distances(self, x: np.ndarray) -> np.ndarray:
        known = np.asarray(self.points, np.float64)
        if self.metric == "cosine":
            return np.asarray(1.0 - _unit(x) @ _unit(known).T)
        squares = (x * x).sum(axis=1)[:, None] + (known * known).sum(axis=1)
        gap = np.sqrt(np.maximum(squares - 2 * x @ known.T, 0))
        # The short way loses its digits where two points nearly touch: those are measured again.
        for i, j in zip(*np.nonzero(gap**2 < 1e-6 * squares), strict=True):
            gap[i, j] = np.linalg.norm(x[i] - known[j])
        return np.asarray(gap)


def _unit(x: np.ndarray) -> np.ndarray:
    """Rows of length 1; a row of zeros stays, at right angles to everything."""
    return np.asarray(x / np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 1e-300))
