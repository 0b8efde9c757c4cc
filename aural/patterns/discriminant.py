"""Linear discriminant analysis: the directions in which classes lie apart, scaled so that each class is a unit ball.

Letters: N frames, E width of the input, D width of the output. Source: R. Haeb-Umbach and H. Ney, ICASSP 1992.
"""

from __future__ import annotations

import numpy as np


def discriminant(x: np.ndarray, classes: np.ndarray, width: int) -> np.ndarray:
    """The matrix [D, E] with D = `width` for frames x [N, E] of classes [N]: within the classes its output has variance 1 and no
    correlation, and of all such matrices the classes lie furthest apart, the best direction first."""
    x = np.asarray(x, np.float64)
    x = x - x.mean(axis=0)
    order = np.argsort(classes, kind="stable")
    _, begins, counts = np.unique(classes[order], return_index=True, return_counts=True)
    means = np.add.reduceat(x[order], begins) / counts[:, None]
    between = (means * counts[:, None]).T @ means / len(x)
    within = x.T @ x / len(x) - between
    values, vectors = np.linalg.eigh(within)
    white = vectors / np.sqrt(np.maximum(values, 1e-8 * values.max()))
    _, turned = np.linalg.eigh(white.T @ between @ white)
    return np.asarray((white @ turned[:, ::-1][:, :width]).T)
