"""Likeness of vectors: the cosine of the angle between them.

Conventions: vectors are arrays [D], or [N, D] and [M, D] for every pair at once; the cosine lies in
[-1, 1] and does not change when a vector is multiplied by a number above 0. For vectors of unit length it
is the dot product.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from aural.errors import UsageError

Vector = np.ndarray | Sequence[float]


def validate(a: Vector, b: Vector) -> tuple[np.ndarray, np.ndarray]:
    """Both as float64 arrays. Raises: UsageError when widths differ, a value is not finite or a vector is zero."""
    try:
        one, other = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    except (TypeError, ValueError):
        raise UsageError("a vector is a row of numbers") from None
    if not one.ndim or not other.ndim or one.shape[-1] != other.shape[-1] or not one.size or not other.size:
        raise UsageError(f"vectors of shape {one.shape} and {other.shape} cannot be compared")
    for array in (one, other):
        if not np.isfinite(array).all():
            raise UsageError("a vector holds a value that is not a finite number")
        if not np.linalg.norm(array, axis=-1).all():
            raise UsageError("a vector of zeros has no direction")
    return one, other


def unit(a: Vector) -> np.ndarray:
    """Vectors [..., D] brought to length 1."""
    one, _ = validate(a, a)
    # scaled first, so that tiny and huge vectors do not under- or overflow when squared
    one = one / np.abs(one).max(axis=-1, keepdims=True)
    length: np.ndarray = np.linalg.norm(one, axis=-1, keepdims=True)
    return np.asarray(one / length)


def cosine(a: Vector, b: Vector) -> float:
    """Cosine of two vectors [D].

    >>> round(cosine((0.9, 0.1, 0.4), (0.8, 0.2, 0.5)), 2), round(cosine((0.9, 0.1, 0.4), (0.1, 0.9, 0.2)), 2)
    (0.98, 0.28)
    """
    one, other = validate(a, b)
    if one.ndim != 1 or other.ndim != 1:
        raise UsageError("cosine takes two single vectors", fix="cosines compares every pair of two lists")
    return float(np.clip(unit(one) @ unit(other), -1.0, 1.0))


def cosines(a: Vector, b: Vector) -> np.ndarray:
    """Cosines [N, M] of every pair of vectors [N, D] and [M, D]."""
    validate(a, b)
    return np.asarray(np.clip(np.atleast_2d(unit(a)) @ np.atleast_2d(unit(b)).T, -1.0, 1.0))
