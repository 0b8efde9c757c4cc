"""The best path through states that prefer to stay what they are."""

from __future__ import annotations

import numpy as np


def best_path(scores: np.ndarray, switch: float | np.ndarray) -> np.ndarray:
    """The state of each frame [F] that maximizes the sum of scores [F, K] minus the cost of switches.

    `switch`: one cost for every change of state, or costs [K, K] from row to column (the diagonal is
    what staying costs). Scores and costs are in the same unit, such as log-probabilities. Of equal
    paths the one with the lower state wins. Source: A. Viterbi, IEEE Trans. Inf. Theory 13 (1967).
    """
    count, kinds = scores.shape
    costs = np.asarray(switch, np.float64)
    if costs.ndim == 0:
        costs = costs * (1 - np.eye(kinds))
    if count == 0:
        return np.zeros(0, np.intp)
    came = np.zeros((count, kinds), np.intp)
    total = scores[0].astype(np.float64)
    for f in range(1, count):
        ways = total[:, None] - costs
        came[f] = ways.argmax(0)
        total = ways[came[f], np.arange(kinds)] + scores[f]
    path = np.empty(count, np.intp)
    path[-1] = total.argmax()
    for f in range(count - 1, 0, -1):
        path[f - 1] = came[f, path[f]]
    return path
