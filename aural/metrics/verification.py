"""Speaker (or any other) verification: equal error rate, detection cost, the points of a DET curve.

Conventions: `scores` [N], higher = more alike; `targets` [N] bool, true where both sides are the same.
A trial is accepted when its score is at or above the threshold. Miss rate = refused targets / targets,
false alarm rate = accepted non-targets / non-targets. The equal error rate is read where the two curves
cross, on the straight line between the neighboring thresholds. The detection cost is
p_target * cost_miss * miss + (1 - p_target) * cost_false * false alarm, divided by what the better of
"accept all" and "refuse all" costs, at its lowest threshold.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from aural.errors import UsageError


@dataclass(frozen=True, eq=False)
class Curve:
    """Miss and false alarm rates [K] at thresholds [K], from "refuse all" (threshold inf) to "accept all"."""

    thresholds: np.ndarray
    miss: np.ndarray
    false_alarm: np.ndarray


def validate(scores: np.ndarray, targets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Both as arrays. Raises: UsageError unless lengths agree, scores are finite and both kinds of trials are there."""
    scores, targets = np.asarray(scores, dtype=np.float64), np.asarray(targets).astype(bool)
    if scores.ndim != 1 or scores.shape != targets.shape:
        raise UsageError(f"{scores.shape} scores and {targets.shape} targets cannot be compared")
    if not np.isfinite(scores).all():
        raise UsageError("a score is not a finite number")
    if targets.all() or not targets.any():
        raise UsageError("trials of one kind only", fix="Give target trials and non-target trials")
    return scores, targets


def det(scores: np.ndarray, targets: np.ndarray) -> Curve:
    """Every point of the detection error trade-off; equal scores are one threshold."""
    scores, targets = validate(scores, targets)
    order = np.argsort(-scores, kind="stable")
    scores, targets = scores[order], targets[order]
    last = np.append(np.flatnonzero(np.diff(scores)), len(scores) - 1)
    accepted = np.append(0, last + 1)
    hits = np.append(0, np.cumsum(targets)[last])
    miss = 1 - hits / targets.sum()
    false_alarm = (accepted - hits) / (~targets).sum()
    return Curve(np.append(np.inf, scores[last]), miss, false_alarm)


def eer(scores: np.ndarray, targets: np.ndarray) -> float:
    """Equal error rate in [0, 1]."""
    return _crossing(det(scores, targets))[0]


def threshold_at_eer(scores: np.ndarray, targets: np.ndarray) -> float:
    """The score at which misses and false alarms are as frequent (on the line between two thresholds)."""
    return _crossing(det(scores, targets))[1]


def min_dcf(
    scores: np.ndarray, targets: np.ndarray, p_target: float = 0.05, cost_miss: float = 1.0, cost_false: float = 1.0
) -> float:
    """The lowest detection cost over all thresholds, 1 = no better than a fixed answer. 0.05 and 0.01 are usual priors."""
    curve = det(scores, targets)
    return float(_costs(curve, p_target, cost_miss, cost_false).min())


def dcf(scores: np.ndarray, targets: np.ndarray, threshold: float, p_target: float = 0.05) -> float:
    """The detection cost at a threshold that was fixed beforehand."""
    scores, targets = validate(scores, targets)
    accepted = scores >= threshold
    miss, false_alarm = (~accepted[targets]).mean(), accepted[~targets].mean()
    point = Curve(np.array([threshold]), np.array([miss]), np.array([false_alarm]))
    return float(_costs(point, p_target, 1.0, 1.0)[0])


def accuracy(scores: np.ndarray, targets: np.ndarray, threshold: float) -> float:
    """Share of trials decided rightly at a threshold."""
    scores, targets = validate(scores, targets)
    return float(((scores >= threshold) == targets).mean())


def _costs(curve: Curve, p_target: float, cost_miss: float, cost_false: float) -> np.ndarray:
    if not 0 < p_target < 1:
        raise UsageError(f"p_target lies between 0 and 1, not {p_target}")
    miss, false = p_target * cost_miss, (1 - p_target) * cost_false
    return (miss * curve.miss + false * curve.false_alarm) / min(miss, false)


def _crossing(curve: Curve) -> tuple[float, float]:
    """Rate and threshold where the miss curve falls through the false alarm curve."""
    gap = curve.miss - curve.false_alarm
    after = int(np.argmax(gap <= 0))
    before = after - 1
    share = gap[before] / (gap[before] - gap[after])
    rate = curve.miss[before] + share * (curve.miss[after] - curve.miss[before])
    high, low = curve.thresholds[before], curve.thresholds[after]
    threshold = low if np.isinf(high) else high + share * (low - high)
    return float(rate), float(threshold)
