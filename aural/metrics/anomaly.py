"""How well a score tells what is unusual from what is normal: AUC, and the part of it at few false alarms.

Conventions: `scores` [N], higher = more unusual; `anomalous` [N] bool. Equal scores count as one threshold, the
curve is a straight line across them. The partial area up to a false alarm rate is told on the scale of the whole
one, so that 0.5 is chance and 1 perfect (McClish), as scikit-learn's roc_auc_score(max_fpr=...) tells it; the
task of DCASE divides by the rate instead: `raw` gives that.
"""

from __future__ import annotations

import numpy as np

from aural.errors import UsageError


def validate(scores: np.ndarray, anomalous: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Both as arrays [N]. Raises: UsageError unless shapes agree, scores are finite, and both kinds are there."""
    values, truth = np.asarray(scores, np.float64), np.asarray(anomalous).astype(bool)
    if values.ndim != 1 or values.shape != truth.shape:
        raise UsageError(f"{values.shape} scores and {truth.shape} answers cannot be compared")
    if not np.isfinite(values).all():
        raise UsageError("a score is not a finite number")
    if truth.all() or not truth.any():
        raise UsageError("all recordings are of one kind", fix="Give normal and anomalous ones")
    return values, truth


def curve(scores: np.ndarray, anomalous: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """False alarm rates and hit rates [K + 1] at each threshold, from (0, 0) to (1, 1)."""
    values, truth = validate(scores, anomalous)
    order = np.argsort(-values, kind="stable")
    values, truth = values[order], truth[order]
    last = np.append(np.flatnonzero(np.diff(values)), len(values) - 1)
    hits = np.append(0, np.cumsum(truth)[last])
    false = np.append(0, last + 1) - hits
    return false / (~truth).sum(), hits / truth.sum()


def auc(scores: np.ndarray, anomalous: np.ndarray) -> float:
    """The chance that an anomalous recording scores above a normal one; ties count half."""
    return _area(*curve(scores, anomalous), 1.0)


def partial_auc(scores: np.ndarray, anomalous: np.ndarray, max_fpr: float = 0.1, *, raw: bool = False) -> float:
    """The area at false alarm rates up to `max_fpr`; `raw`: divided by `max_fpr`, so that chance is max_fpr / 2.

    Raises: UsageError for a rate outside 0 to 1. Source: D. McClish, "Analyzing a portion of the ROC curve", 1989.
    """
    if not 0 < max_fpr <= 1:
        raise UsageError(f"a false alarm rate lies above 0 and up to 1, not {max_fpr}")
    area = _area(*curve(scores, anomalous), max_fpr)
    if raw:
        return area / max_fpr
    least = max_fpr**2 / 2
    return 0.5 * (1 + (area - least) / (max_fpr - least))


def _area(false: np.ndarray, hits: np.ndarray, most: float) -> float:
    inside = int(np.searchsorted(false, most, side="right"))
    x, y = false[:inside], hits[:inside]
    if inside < len(false):
        x, y = np.append(x, most), np.append(y, np.interp(most, false[inside - 1 : inside + 1], hits[inside - 1 : inside + 1]))
    return float(np.sum(np.diff(x) * (y[1:] + y[:-1])) / 2)
