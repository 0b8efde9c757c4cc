"""Scores that mean what they say: a temperature for classes, and for each label the threshold where F1 is best.

Source: temperature scaling, Guo et al. 2017 (arXiv:1706.04599).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

_TEMPERATURES = np.exp(np.linspace(np.log(0.25), np.log(8.0), 61))


def warmed(answers: np.ndarray, temperature: float) -> np.ndarray:
    """Probabilities [..., K] with their logarithms divided by the temperature, adding up to 1 again."""
    logs = np.log(np.maximum(answers, 1e-12)) / temperature
    logs -= logs.max(axis=-1, keepdims=True)
    powers = np.exp(logs)
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))


def temperature(answers: np.ndarray, targets: np.ndarray) -> float:
    """The temperature at which the true classes of [N, K] are likeliest; 1 = as they are."""
    losses = [-np.log(np.maximum((warmed(answers, t) * targets).sum(-1), 1e-12)).mean() for t in _TEMPERATURES]
    return round(float(_TEMPERATURES[int(np.argmin(losses))]), 4)


def thresholds(answers: np.ndarray, targets: np.ndarray, labels: Sequence[str]) -> dict[str, float]:
    """For each label the score from which on it is told, so that F1 on [N, K] is highest; labels never true are left out."""
    found = {}
    for k, label in enumerate(labels):
        true = targets[:, k] > 0.5
        if not true.any():
            continue
        order = np.argsort(-answers[:, k], kind="stable")
        hits = np.cumsum(true[order])
        f1 = 2 * hits / (np.arange(1, len(order) + 1) + true.sum())
        best = int(np.argmax(f1))
        lower = answers[order[best + 1], k] if best + 1 < len(order) else 0.0
        found[label] = round(float((answers[order[best], k] + lower) / 2), 4)
    return found


def expected_error(answers: np.ndarray, targets: np.ndarray, bins: int = 10) -> float:
    """How far the scores of the told classes [N, K] lie from the share that is right, mean over bins of equal width,
    each by its clips (expected calibration error, Naeini et al. 2015)."""
    score, right = answers.max(-1), answers.argmax(-1) == targets.argmax(-1)
    place = np.minimum((score * bins).astype(int), bins - 1)
    gaps = [abs(score[place == b].sum() - right[place == b].sum()) for b in range(bins)]
    return float(sum(gaps) / len(score))
