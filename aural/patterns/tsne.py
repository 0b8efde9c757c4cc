"""A map that keeps neighbors together: t-distributed stochastic neighbor embedding, exact, for a few thousand points."""

from __future__ import annotations

import numpy as np

from aural.errors import UsageError
from aural.patterns import pca

_STEPS, _EARLY, _STRETCH = 500, 120, 12.0
_TRIES = 60  # halvings until the perplexity is met


def tsne(points: np.ndarray, *, perplexity: float = 20.0, steps: int = _STEPS) -> np.ndarray:
    """Points [N, D] -> places [N, 2], centered, about as wide as high.

    Begun from the first two principal components, so the same points give the same map and nothing is drawn.
    Takes N * N numbers of memory and `steps` passes over them. Raises: UsageError for points that are no finite table.
    Source: L. van der Maaten and G. Hinton, "Visualizing data using t-SNE", 2008; D. Kobak and P. Berens, 2019 (start).
    """
    x = np.asarray(points, np.float64)
    if x.ndim != 2 or not x.size or not np.isfinite(x).all():
        raise UsageError(f"points of shape {x.shape} have no map")
    if len(x) < 4:
        return plain(x)
    near = neighborhoods(x, min(perplexity, (len(x) - 1) / 3))
    near = np.maximum((near + near.T) / (2 * len(x)), 1e-12)
    start = plain(x)
    at = 1e-4 * start / max(float(start[:, 0].std()), 1e-12)
    rate = max(len(x) / _STRETCH, 50.0)
    move, gain = np.zeros_like(at), np.ones_like(at)
    for step in range(steps):
        slope = _slope(near * (_STRETCH if step < _EARLY else 1.0), at)
        gain = np.where(np.sign(slope) != np.sign(move), gain + 0.2, np.maximum(gain * 0.8, 0.01))
        move = (0.5 if step < _EARLY else 0.8) * move - rate * gain * slope
        at = at + move
        at -= at.mean(axis=0)
    return at


def plain(points: np.ndarray) -> np.ndarray:
    """Points [N, D] on their first two principal components: [N, 2]; the second is 0 where there is none."""
    width = points.shape[1]
    placed = pca.fit(points, min(2, width)).project(points)
    return placed if width > 1 else np.concatenate([placed, np.zeros((len(placed), 1))], axis=1)


def neighborhoods(points: np.ndarray, perplexity: float) -> np.ndarray:
    """How much each point [N] takes each other for a neighbor: [N, N], rows add up to 1 and have the perplexity."""
    x = np.asarray(points, np.float64)
    squares = (x * x).sum(axis=1)
    gap = np.maximum(squares[:, None] + squares - 2 * x @ x.T, 0)
    np.fill_diagonal(gap, np.inf)
    gap -= gap.min(axis=1, keepdims=True)
    far = np.where(np.isfinite(gap), gap, 0)
    # Points that are all one have no scale; any will do.
    sharp, low = np.ones(len(x)) / max(float(np.median(gap[np.isfinite(gap)])), 1e-12), np.zeros(len(x))
    high, goal = np.full(len(x), np.inf), np.log(perplexity)
    for _ in range(_TRIES):
        near = np.exp(-gap * sharp[:, None])
        total = near.sum(axis=1)
        spread = np.log(total) + sharp * (far * near).sum(axis=1) / total
        low, high = np.where(spread > goal, sharp, low), np.where(spread > goal, high, sharp)
        sharp = np.where(np.isfinite(high), (low + high) / 2, sharp * 2)
    near = np.exp(-gap * sharp[:, None])
    return np.asarray(near / near.sum(axis=1, keepdims=True))


def _slope(near: np.ndarray, at: np.ndarray) -> np.ndarray:
    """The direction [N, 2] in which the places fit the neighborhoods worse."""
    squares = (at * at).sum(axis=1)
    pull = 1 / (1 + np.maximum(squares[:, None] + squares - 2 * at @ at.T, 0))
    np.fill_diagonal(pull, 0)
    force = (near - pull / pull.sum()) * pull
    return np.asarray(4 * (force.sum(axis=1)[:, None] * at - force @ at))
