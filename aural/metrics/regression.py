"""Answers that are numbers: mean absolute error, root mean square error, r2, correlation.

Conventions: `true` and `told` are arrays [N] in the same unit. r2 = 1 - squared errors / squared distances
from the mean of `true`: 1 is perfect, 0 what the mean alone would reach, below 0 worse.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from aural.errors import UsageError

Numbers = np.ndarray | Sequence[float]


def validate(true: Numbers, told: Numbers) -> tuple[np.ndarray, np.ndarray]:
    """Both as float64 arrays. Raises: UsageError unless lengths agree, above 0, and values are finite."""
    one, other = np.asarray(true, dtype=np.float64), np.asarray(told, dtype=np.float64)
    if one.ndim != 1 or one.shape != other.shape or not one.size:
        raise UsageError(f"{one.shape} true values and {other.shape} answers cannot be compared")
    if not (np.isfinite(one).all() and np.isfinite(other).all()):
        raise UsageError("a value is not a finite number")
    return one, other


def mae(true: Numbers, told: Numbers) -> float:
    """Mean absolute error, in the unit of the values."""
    one, other = validate(true, told)
    return float(np.abs(one - other).mean())


def rmse(true: Numbers, told: Numbers) -> float:
    """Root of the mean squared error, in the unit of the values."""
    one, other = validate(true, told)
    return float(np.sqrt(((one - other) ** 2).mean()))


def r2(true: Numbers, told: Numbers) -> float:
    """Coefficient of determination. All true values alike: 1 when every answer is right, else 0."""
    one, other = validate(true, told)
    spread, lost = ((one - one.mean()) ** 2).sum(), ((one - other) ** 2).sum()
    if not spread:
        return float(not lost)
    return float(1 - lost / spread)


def correlation(true: Numbers, told: Numbers) -> float:
    """Pearson's correlation; NaN when one side never changes."""
    one, other = validate(true, told)
    one, other = one - one.mean(), other - other.mean()
    size = float(np.linalg.norm(one) * np.linalg.norm(other))
    return float(one @ other) / size if size else float("nan")
