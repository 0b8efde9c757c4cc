"""Answers for whole clips: accuracy, balanced accuracy, top-k, confusion, average precision, lwlrap, AUC.

Conventions: single labels are lists of texts, `true` and `told`, one each clip. Scores are arrays [N, K],
one column a class, higher = likelier; `truth` [N, K] is bool, several classes of a clip may be true.
Means over classes leave out classes without a true clip. Average precision takes equal scores as one
threshold (scikit-learn's sum over steps of recall); lwlrap is the mean, over all true labels, of the
precision at the rank of that label within its clip, ties counted against it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from aural.errors import UsageError


def validate(truth: np.ndarray, scores: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Both as arrays [N, K]. Raises: UsageError unless shapes agree and scores are finite."""
    truth, scores = np.asarray(truth).astype(bool), np.asarray(scores, dtype=np.float64)
    if truth.ndim != 2 or truth.shape != scores.shape or not truth.size:
        raise UsageError(f"truth {truth.shape} and scores {scores.shape} cannot be compared")
    if not np.isfinite(scores).all():
        raise UsageError("a score is not a finite number")
    return truth, scores


def accuracy(true: Sequence[str], told: Sequence[str]) -> float:
    """Share of clips with the right label."""
    _same_length(true, told)
    return float(np.mean([a == b for a, b in zip(true, told, strict=True)]))


def balanced_accuracy(true: Sequence[str], told: Sequence[str]) -> float:
    """Mean over the true classes of the share that was found."""
    _same_length(true, told)
    found = [[b == name for a, b in zip(true, told, strict=True) if a == name] for name in sorted(set(true))]
    return float(np.mean([np.mean(f) for f in found]))


def confusion(true: Sequence[str], told: Sequence[str], names: Sequence[str] | None = None) -> tuple[tuple[str, ...], np.ndarray]:
    """Class names [K] and counts [K, K]: row = true, column = told."""
    _same_length(true, told)
    order = tuple(names) if names is not None else tuple(sorted({*true, *told}))
    place = {name: i for i, name in enumerate(order)}
    counts = np.zeros((len(order), len(order)), dtype=np.int64)
    for a, b in zip(true, told, strict=True):
        if a not in place or b not in place:
            raise UsageError(f"the label {a if a not in place else b!r} is not among the classes")
        counts[place[a], place[b]] += 1
    return order, counts


def top_k(truth: np.ndarray, scores: np.ndarray, k: int = 5) -> float:
    """Share of clips with a true class among the k highest scores; of equal scores the first column wins."""
    truth, scores = validate(truth, scores)
    best = np.argsort(-scores, axis=1, kind="stable")[:, :k]
    return float(np.take_along_axis(truth, best, axis=1).any(axis=1).mean())


def average_precision(truth: np.ndarray, scores: np.ndarray) -> float:
    """Average precision of one class: truth [N], scores [N]; NaN without a true clip."""
    truth, scores = np.asarray(truth).astype(bool), np.asarray(scores, dtype=np.float64)
    if not truth.any():
        return float("nan")
    order = np.argsort(-scores, kind="stable")
    truth, scores = truth[order], scores[order]
    last = np.append(np.flatnonzero(np.diff(scores)), len(scores) - 1)
    hits = np.cumsum(truth)[last]
    recall = hits / truth.sum()
    return float(np.sum(np.diff(np.append(0, recall)) * hits / (last + 1)))


def mean_average_precision(truth: np.ndarray, scores: np.ndarray) -> float:
    """mAP: the mean of average precision over the classes."""
    truth, scores = validate(truth, scores)
    return _mean([average_precision(truth[:, k], scores[:, k]) for k in range(truth.shape[1])])


def map_at_k(truth: np.ndarray, scores: np.ndarray, k: int = 3) -> float:
    """MAP@k: the mean over clips of the average precision of the k highest scores; clips without a true label are left out.

    With one true label a clip it is the mean of 1 / rank, 0 behind the k-th; of equal scores the first column wins.
    """
    truth, scores = validate(truth, scores)
    truth, scores = truth[truth.any(axis=1)], scores[truth.any(axis=1)]
    order = np.argsort(-scores, axis=1, kind="stable")[:, :k]
    hits = np.take_along_axis(truth, order, axis=1)
    precision = hits.cumsum(axis=1) / np.arange(1, hits.shape[1] + 1)
    return _mean(list((precision * hits).sum(axis=1) / np.minimum(truth.sum(axis=1), k)))


def lwlrap(truth: np.ndarray, scores: np.ndarray) -> float:
    """Label-weighted label-ranking average precision."""
    truth, scores = validate(truth, scores)
    precisions = []
    for true, row in zip(truth, scores, strict=True):
        for value in row[true]:
            above = row >= value
            precisions.append((above & true).sum() / above.sum())
    return _mean(precisions)


def auc(truth: np.ndarray, scores: np.ndarray) -> float:
    """Area under the ROC curve of one class: the chance that a true clip scores above another (ties half)."""
    truth, scores = np.asarray(truth).astype(bool), np.asarray(scores, dtype=np.float64)
    if truth.all() or not truth.any():
        return float("nan")
    _, place, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[place]
    many, few = truth.sum(), (~truth).sum()
    return float((ranks[truth].sum() - many * (many + 1) / 2) / (many * few))


def mean_auc(truth: np.ndarray, scores: np.ndarray) -> float:
    """Mean over the classes of the area under the ROC curve."""
    truth, scores = validate(truth, scores)
    return _mean([auc(truth[:, k], scores[:, k]) for k in range(truth.shape[1])])


def _mean(values: Sequence[float]) -> float:
    known = [v for v in values if not np.isnan(v)]
    return float(np.mean(known)) if known else float("nan")


def _same_length(true: Sequence[str], told: Sequence[str]) -> None:
    if len(true) != len(told) or not len(true):
        raise UsageError(f"{len(true)} true labels and {len(told)} answers cannot be compared")
