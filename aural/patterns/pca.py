"""Principal components: the directions in which points differ most."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from aural.errors import UsageError


@dataclass(frozen=True, eq=False)
class Components:
    """Mean [D], directions [K, D] of unit length at right angles, and the variance [K] along each, largest first."""

    mean: np.ndarray
    directions: np.ndarray
    variance: np.ndarray

    def project(self, points: np.ndarray) -> np.ndarray:
        """Points [N, D] -> coordinates [N, K]."""
        return np.asarray((np.asarray(points, np.float64) - self.mean) @ self.directions.T)

    def restore(self, coordinates: np.ndarray) -> np.ndarray:
        """Coordinates [N, K] -> the points [N, D] that they stand for."""
        return np.asarray(coordinates @ self.directions + self.mean)


def fit(points: np.ndarray, k: int) -> Components:
    """The first `k` components of points [N, D]. The largest coordinate of each direction is positive, so
    that the same points give the same picture. Directions without variance are zeros.

    Raises: UsageError for no points, or k outside 1..D.
    """
    x = np.asarray(points, np.float64)
    if x.ndim != 2 or not len(x) or not 1 <= k <= x.shape[1]:
        raise UsageError(f"points of shape {x.shape} have no {k} components")
    mean = x.mean(axis=0)
    _, singular, turned = np.linalg.svd(x - mean, full_matrices=False)
    directions, variance = np.zeros((k, x.shape[1])), np.zeros(k)
    real = min(k, int((singular > 1e-12 * max(1.0, singular[0] if len(singular) else 0.0)).sum()))
    directions[:real], variance[:real] = turned[:real], singular[:real] ** 2 / max(1, len(x) - 1)
    strongest = np.abs(directions).argmax(axis=1)
    directions *= np.where(directions[np.arange(k), strongest] < 0, -1, 1)[:, None]
    return Components(mean, directions, variance)
