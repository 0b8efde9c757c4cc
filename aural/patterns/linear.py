"""Linear models: multinomial logistic regression, one yes or no for each of a set, ridge regression for numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from aural.errors import UsageError

Link = Literal["softmax", "sigmoid", "identity"]
_STEPS, _INNER = 100, 500  # Newton steps, and steps of conjugate gradients inside one; a handful is the rule
_CLOSE = 1e-9  # the gradient, against what it was at the start, where nothing more is to be gained


@dataclass(frozen=True, eq=False)
class Linear:
    """Standardizes points with `mean` and `scale` [D], and answers link(x weights^T + bias), weights [K, D], bias [K]."""

    mean: np.ndarray
    scale: np.ndarray
    weights: np.ndarray
    bias: np.ndarray
    link: Link

    def raw(self, points: np.ndarray) -> np.ndarray:
        """Points [N, D] -> [N, K] before the link."""
        x = np.asarray(points, np.float64)
        if x.ndim != 2 or x.shape[1] != len(self.mean):
            raise UsageError(f"points of shape {x.shape} do not fit a model of {len(self.mean)} numbers")
        return np.asarray((x - self.mean) / self.scale @ self.weights.T + self.bias)

    def predict(self, points: np.ndarray) -> np.ndarray:
        """Points [N, D] -> probabilities that add up to 1 (softmax), one by one (sigmoid), or numbers: [N, K]."""
        return linked(self.raw(points), self.link)


def linked(raw: np.ndarray, link: Link) -> np.ndarray:
    """What a link makes of raw values [N, K]."""
    if link == "identity":
        return raw
    if link == "sigmoid":
        return np.asarray(1 / (1 + np.exp(-np.clip(raw, -60, 60))))
    lifted = np.exp(raw - raw.max(axis=1, keepdims=True))
    return np.asarray(lifted / lifted.sum(axis=1, keepdims=True))


def logistic(points: np.ndarray, labels: np.ndarray, classes: int, *, l2: float = 1.0, balanced: bool = False,
             close: float = _CLOSE) -> Linear:  # fmt: skip
    """Multinomial logistic regression of points [N, D] with class numbers [N] in 0..classes-1.

    Minimizes sum of weight * cross-entropy + l2 / 2 * |weights|^2 over standardized points; the bias goes free.
    `balanced`: a clip counts N / (K * clips of its class), so that a rare class has as much say as a frequent one.
    `close`: the gradient, against what it was at the start, at which it ends.
    Equal to scikit-learn's LogisticRegression(C=1/l2) behind a StandardScaler. Deterministic.
    Raises: UsageError for shapes or labels that do not fit, values that are not finite, l2 not above 0.
    """
    x, y = np.asarray(points, np.float64), np.asarray(labels)
    validate(x, len(y), l2)
    if classes < 1 or not np.isin(y, np.arange(classes)).all():
        raise UsageError(f"class numbers lie in 0 to {classes - 1}")
    truth = (y[:, None] == np.arange(classes)).astype(np.float64)
    counts = truth.sum(axis=0)
    each = len(y) / ((counts > 0).sum() * np.maximum(counts, 1)) if balanced else np.ones(classes)
    return _fitted(x, truth, each[y][:, None], l2, "softmax", close)


def one_by_one(points: np.ndarray, truth: np.ndarray, *, l2: float = 1.0, balanced: bool = False, close: float = _CLOSE) -> Linear:
    """A yes or no for each of K labels: points [N, D], truth [N, K] bool; sigmoids, fitted each on its own.

    `balanced`: for each label, the clips that have it count together as much as those that have it not.
    Raises: as `logistic`.
    """
    x, y = np.asarray(points, np.float64), np.asarray(truth).astype(np.float64)
    if y.ndim != 2:
        raise UsageError(f"truth is a table of clips and labels, not {y.shape}")
    validate(x, len(y), l2)
    weights = np.ones_like(y)
    if balanced:
        have = y.sum(axis=0)
        weights = np.where(y > 0, len(y) / (2 * np.maximum(have, 1)), len(y) / (2 * np.maximum(len(y) - have, 1)))
    return _fitted(x, y, weights, l2, "sigmoid", close)


def ridge(points: np.ndarray, numbers: np.ndarray, *, l2: float = 1.0) -> Linear:
    """Least squares for numbers [N] or [N, K] with l2 * |weights|^2 added; the bias goes free.

    Equal to scikit-learn's Ridge(alpha=l2) behind a StandardScaler. Raises: as `logistic`.
    """
    x, y = np.asarray(points, np.float64), np.asarray(numbers, np.float64)
    y = y[:, None] if y.ndim == 1 else y
    validate(x, len(y), l2)
    if not np.isfinite(y).all():
        raise UsageError("a number to learn is not finite")
    mean, scale = standard(x)
    z, middle = (x - mean) / scale, y.mean(axis=0)
    left, sizes, turned = np.linalg.svd(z, full_matrices=False)
    weights = turned.T @ ((sizes / (sizes**2 + l2))[:, None] * (left.T @ (y - middle)))
    return Linear(mean, scale, weights.T, middle, "identity")


def standard(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and deviation [D] of points [N, D]; the deviation of what never changes is 1."""
    mean, scale = points.mean(axis=0), points.std(axis=0)
    return mean, np.where(scale > 1e-9 * np.maximum(1.0, np.abs(mean)), scale, 1.0)


def validate(x: np.ndarray, count: int, l2: float) -> None:
    """Raises: UsageError unless points [N, D] and `count` answers fit and hold finite numbers, and l2 is above 0."""
    if x.ndim != 2 or not x.size or len(x) != count:
        raise UsageError(f"points of shape {x.shape} and {count} answers do not fit")
    if not np.isfinite(x).all():
        raise UsageError("a point holds a value that is not a finite number")
    if not l2 > 0:
        raise UsageError(f"l2 is a number above 0, not {l2}")


def _fitted(x: np.ndarray, truth: np.ndarray, weights: np.ndarray, l2: float, link: Link, close: float) -> Linear:
    """Newton's method over standardized points; the solution lies in the space that the points span."""
    mean, scale = standard(x)
    z = (x - mean) / scale
    turned = None
    if z.shape[1] > z.shape[0]:
        # A penalty on the length of the weights does not see a turn of the axes: fewer axes, the same answer.
        left, sizes, turned = np.linalg.svd(z, full_matrices=False)
        z = left * sizes
    design = np.concatenate([z, np.ones((len(z), 1))], axis=1)
    found = _newton(design, truth, weights, l2, link, close)
    inner, bias = found[:-1].T, found[-1]
    if link == "softmax":
        bias = bias - bias.mean()
    return Linear(mean, scale, inner if turned is None else inner @ turned, bias, link)


def _newton(design: np.ndarray, truth: np.ndarray, weights: np.ndarray, l2: float, link: Link, close: float) -> np.ndarray:
    """The minimum [D + 1, K] by truncated Newton steps with halving.

    Source: J. Nocedal and S. Wright, "Numerical Optimization", 2006, chapter 7.
    """
    free = np.ones((design.shape[1], 1))
    free[-1] = 0.0  # the bias is not held back
    at = np.zeros((design.shape[1], truth.shape[1]))

    def loss(raw: np.ndarray, w: np.ndarray) -> float:
        held = 0.5 * l2 * float((free * w * w).sum())
        if link == "softmax":
            top = raw.max(axis=1, keepdims=True)
            spread = top[:, 0] + np.log(np.exp(raw - top).sum(axis=1))
            return held + float((weights[:, 0] * (spread - (raw * truth).sum(axis=1))).sum())
        return held + float((weights * (np.logaddexp(0, raw) - raw * truth)).sum())

    raw = design @ at
    now, first = loss(raw, at), None
    for _ in range(_STEPS):
        told = linked(raw, link)
        slope = design.T @ (weights * (told - truth)) + l2 * free * at
        size = float(np.abs(slope).max())
        first = size if first is None else first
        if size <= close * max(first, 1.0):
            break
        step = _solved(_curvature(design, told, weights, l2 * free, link), -slope, size / max(first, 1e-300))
        moved, downhill, share = design @ step, float((slope * step).sum()), 1.0
        # Close to the minimum the loss cannot tell steps apart any more; a full step is right there.
        slack = 1e-12 * abs(now)
        while (then := loss(raw + share * moved, at + share * step)) > now + 1e-4 * share * downhill + slack and share > 1e-8:
            share /= 2
        at, raw, now = at + share * step, raw + share * moved, then
    return at


def _curvature(
    design: np.ndarray, told: np.ndarray, weights: np.ndarray, held: np.ndarray, link: Link
) -> Callable[[np.ndarray], np.ndarray]:
    """The product of the second derivative with a direction [D + 1, K]."""

    def product(direction: np.ndarray) -> np.ndarray:
        along = design @ direction
        bent = told * (along - (told * along).sum(axis=1, keepdims=True)) if link == "softmax" else told * (1 - told) * along
        return np.asarray(design.T @ (weights * bent) + held * direction)

    return product


def _solved(product: Callable[[np.ndarray], np.ndarray], target: np.ndarray, share: float) -> np.ndarray:
    """Conjugate gradients: x with product(x) = target, the closer the nearer the minimum is."""
    x, rest = np.zeros_like(target), target.copy()
    direction, size = rest.copy(), float((rest * rest).sum())
    goal = size * min(0.25, share) ** 2
    for _ in range(_INNER):
        bent = product(direction)
        curved = float((direction * bent).sum())
        if curved <= 1e-14 * float((direction * direction).sum()):
            # Flat: raising the bias of all classes at once changes nothing.
            return x if x.any() else direction
        length = size / curved
        x, rest = x + length * direction, rest - length * bent
        size, before = float((rest * rest).sum()), size
        if size <= goal:
            break
        direction = rest + size / before * direction
    return x
