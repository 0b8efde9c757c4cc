"""MLLT: one matrix for all Gaussians after which their covariances are as diagonal as they can be.

Letters: N frames, D width. Source: M. Gales, "Semi-tied covariance matrices for hidden Markov models", 1999.
"""

from __future__ import annotations

import numpy as np

_TURNS = 20


def semi_tied(away: np.ndarray, variances: np.ndarray, turns: int = _TURNS) -> np.ndarray:
    """The matrix A [D, D] with the largest `gain` for frames minus the mean of their Gaussian, away [N, D], and its variances.

    Row after row is set to its best value given the others, which never lowers the gain.
    """
    spread = scatter(away, variances)
    inverse = np.linalg.inv(spread)
    matrix = np.eye(away.shape[1])
    for _ in range(turns):
        for i in range(len(matrix)):
            cofactor = np.linalg.inv(matrix)[:, i]  # up to the determinant, which the scale below takes out
            row = inverse[i] @ cofactor
            matrix[i] = row * np.sqrt(len(away) / float(cofactor @ row))
    return matrix


def scatter(away: np.ndarray, variances: np.ndarray) -> np.ndarray:
    """[D, D, D]: for each output i the sum over frames of away * away', each over variance i."""
    x = np.asarray(away, np.float64)
    return np.stack([(x / variances[:, i : i + 1]).T @ x for i in range(x.shape[1])])


def gain(matrix: np.ndarray, away: np.ndarray, variances: np.ndarray) -> float:
    """What the log-likelihood of a frame gains by a matrix, but for a constant: log |det A| - sum of (A away)^2 / 2 variance."""
    moved = away @ matrix.T
    return float(np.linalg.slogdet(matrix)[1] - 0.5 * (moved**2 / variances).sum(1).mean())
