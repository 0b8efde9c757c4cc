"""The smoothest likely course of numbers whose values, slopes and bends are each known with some spread.

Source: K. Tokuda et al., "Speech parameter generation algorithms for HMM-based speech synthesis", ICASSP 2000.
"""

from __future__ import annotations

import numpy as np

SLOPE, BEND = (-0.5, 0.0, 0.5), (1.0, -2.0, 1.0)


def with_slopes(values: np.ndarray) -> np.ndarray:
    """Values [F, D] with their slopes and bends behind them: [F, 3 D]; beyond the ends the values go on as they are."""
    padded = np.pad(values, ((1, 1), (0, 0)), mode="edge")
    before, after = padded[:-2], padded[2:]
    return np.concatenate([values, 0.5 * (after - before), before - 2 * values + after], axis=1)


def smoothest(mean: np.ndarray, variance: np.ndarray) -> np.ndarray:
    """The course [F, D] of highest likelihood for means and variances [F, 3 D] of values, slopes and bends.

    The normal equations have five diagonals, which are solved for all D at once.
    """
    count, width = mean.shape[0], mean.shape[1] // 3
    if count < 3:
        return np.asarray(mean[:, :width], np.float64)
    weight = 1 / np.asarray(variance, np.float64)
    told = weight * mean
    diagonal, one, two = np.zeros((count, width)), np.zeros((count, width)), np.zeros((count, width))
    right = np.zeros((count, width))
    diagonal += weight[:, :width]
    right += told[:, :width]
    for number, (a, b, c) in ((1, SLOPE), (2, BEND)):
        # at the ends nothing is known of slopes, since one neighbor is missing
        w = weight[1:-1, number * width : (number + 1) * width]
        t = told[1:-1, number * width : (number + 1) * width]
        diagonal[:-2] += a * a * w
        diagonal[1:-1] += b * b * w
        diagonal[2:] += c * c * w
        one[:-2] += a * b * w
        one[1:-1] += b * c * w
        two[:-2] += a * c * w
        right[:-2] += a * t
        right[1:-1] += b * t
        right[2:] += c * t
    return _solved(diagonal, one, two, right)


def _solved(diagonal: np.ndarray, one: np.ndarray, two: np.ndarray, right: np.ndarray) -> np.ndarray:
    """x [F, D] for a symmetric positive matrix: its diagonals [F, D], entry f of `one` at (f, f + 1), of `two` at (f, f + 2)."""
    count = len(diagonal)
    pivot, first, second = np.empty_like(diagonal), np.zeros_like(one), np.zeros_like(two)
    x = right.copy()
    for f in range(count):
        pivot[f] = diagonal[f]
        lower = one[f].copy()
        if f > 0:
            pivot[f] -= first[f - 1] ** 2 * pivot[f - 1]
            lower -= second[f - 1] * pivot[f - 1] * first[f - 1]
            x[f] -= first[f - 1] * x[f - 1]
        if f > 1:
            pivot[f] -= second[f - 2] ** 2 * pivot[f - 2]
            x[f] -= second[f - 2] * x[f - 2]
        first[f] = lower / pivot[f]
        second[f] = two[f] / pivot[f]
    x /= pivot
    for f in range(count - 2, -1, -1):
        x[f] -= first[f] * x[f + 1]
        if f + 2 < count:
            x[f] -= second[f] * x[f + 2]
    return x
