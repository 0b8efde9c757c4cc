"""Gaussians: one with a shrunk covariance for the distance from what is usual, and mixtures of a few."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from aural.errors import UsageError
from aural.patterns.kmeans import kmeans


@dataclass(frozen=True, eq=False)
class Gaussian:
    """Mean [D], directions [R, D] of unit length at right angles, the variance [R] along each, and `rest`, the
    variance along all others. So a covariance of D x D numbers never has to be held."""

    mean: np.ndarray
    directions: np.ndarray
    variance: np.ndarray
    rest: float

    def distance(self, points: np.ndarray) -> np.ndarray:
        """Squared Mahalanobis distance [N] of points [N, D] from the mean; about D for points of this Gaussian."""
        away = np.asarray(points, np.float64) - self.mean
        along = away @ self.directions.T
        outside = np.maximum((away * away).sum(axis=1) - (along * along).sum(axis=1), 0)
        inside = (along * along / self.variance).sum(axis=1)
        return np.asarray(inside + (outside / self.rest if len(self.variance) < len(self.mean) else 0))

    def covariance(self) -> np.ndarray:
        """The covariance [D, D] in full."""
        turned = self.directions
        return np.asarray(turned.T @ ((self.variance - self.rest)[:, None] * turned) + self.rest * np.eye(len(self.mean)))


def fit(points: np.ndarray, shrinkage: float | None = None) -> Gaussian:
    """A Gaussian of points [N, D] with the covariance (1 - s) * sample + s * mean variance * identity.

    `shrinkage` s in 0..1; None = the value that loses least in the mean (Ledoit and Wolf), as scikit-learn's
    LedoitWolf has it. Raises: UsageError for fewer than two points, values that are not finite, s outside.
    Source: O. Ledoit and M. Wolf, "A well-conditioned estimator for large-dimensional covariance matrices", 2004.
    """
    x = _points(points, 2)
    if shrinkage is not None and not 0 <= shrinkage <= 1:
        raise UsageError(f"the shrinkage lies between 0 and 1, not {shrinkage}")
    mean = x.mean(axis=0)
    away = x - mean
    _, sizes, turned = np.linalg.svd(away, full_matrices=False)
    variance, common = sizes**2 / len(x), float((away * away).sum()) / away.size
    share = ledoit_wolf(away) if shrinkage is None else shrinkage
    least = 1e-9 * max(common, 1e-12)
    real = variance > 1e-12 * max(float(variance.max()), 1e-300)
    shrunk = np.maximum((1 - share) * variance[real] + share * common, least)
    return Gaussian(mean, turned[real], shrunk, max(share * common, least))


def ledoit_wolf(away: np.ndarray) -> float:
    """The best shrinkage for centered points [N, D]."""
    count, width = away.shape
    squares = away * away
    common = float(squares.sum()) / (count * width)
    # Sums over D x D products, told through the N x N ones: sum of (x_i x_j)^2 and of the squared covariance.
    gram = away @ away.T
    fourth = float((squares.sum(axis=1) ** 2).sum())
    second = float((gram * gram).sum()) / count**2
    spread = (fourth / count - second) / (width * count)
    distance = (second - 2 * common * float(squares.sum()) / count + width * common**2) / width
    return 0.0 if distance <= 0 or spread <= 0 else float(min(spread, distance) / distance)


@dataclass(frozen=True, eq=False)
class Mixture:
    """K Gaussians with diagonal covariances: shares [K] that add up to 1, means [K, D], variances [K, D]."""

    shares: np.ndarray
    means: np.ndarray
    variances: np.ndarray

    def parts(self, points: np.ndarray) -> np.ndarray:
        """log(share * density) [N, K] of points [N, D]."""
        x = np.asarray(points, np.float64)
        squares = ((x[:, None, :] - self.means) ** 2 / self.variances).sum(axis=2)
        flat = np.log(2 * np.pi * self.variances).sum(axis=1)
        return np.asarray(np.log(self.shares) - 0.5 * (squares + flat))

    def log_density(self, points: np.ndarray) -> np.ndarray:
        """Natural logarithm of the density [N] at points [N, D]."""
        found = self.parts(points)
        top = found.max(axis=1)
        return np.asarray(top + np.log(np.exp(found - top[:, None]).sum(axis=1)))


def mixture(points: np.ndarray, k: int, rng: np.random.Generator, *, floor: float = 1e-6) -> Mixture:
    """K Gaussians for points [N, D], begun from k-means and improved by `improve`.

    `floor` is added to each variance. Raises: UsageError when there are fewer than k points.
    """
    x = _points(points, k)
    labels = kmeans(x, k, rng).labels
    return improve(x, _from_shares((labels[:, None] == np.arange(k)).astype(np.float64), x, floor), floor=floor)


def improve(points: np.ndarray, start: Mixture, *, steps: int = 500, close: float = 1e-9, floor: float = 1e-6) -> Mixture:
    """Expectation and maximization in turn until the mean log-density grows by less than `close`.

    Source: A. Dempster, N. Laird and D. Rubin, "Maximum likelihood from incomplete data via the EM algorithm", 1977.
    """
    x, found, before = _points(points, 1), start, -np.inf
    for _ in range(steps):
        parts = found.parts(x)
        top = parts.max(axis=1, keepdims=True)
        chance = np.exp(parts - top)
        total = chance.sum(axis=1, keepdims=True)
        now = float((top + np.log(total)).mean())
        if now - before < close:
            break
        found, before = _from_shares(chance / total, x, floor), now
    return found


def _from_shares(chance: np.ndarray, x: np.ndarray, floor: float) -> Mixture:
    counts = chance.sum(axis=0) + 1e-12
    means = chance.T @ x / counts[:, None]
    variances = np.maximum(chance.T @ (x * x) / counts[:, None] - means**2, 0) + floor
    return Mixture(counts / counts.sum(), means, variances)


def _points(points: np.ndarray, least: int) -> np.ndarray:
    x = np.asarray(points, np.float64)
    if x.ndim != 2 or not x.size or len(x) < least:
        raise UsageError(f"points of shape {x.shape} are too few: {least} are needed")
    if not np.isfinite(x).all():
        raise UsageError("a point holds a value that is not a finite number")
    return x
