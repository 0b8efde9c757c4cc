"""What validation is judged by: one number for each cell, from answers and targets."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from aural.metrics import labels as of_labels
from aural.metrics import verification


@dataclass(frozen=True)
class Metric:
    """A named figure; `higher` tells which way is better. `newest`: the last net is kept, whatever the figure says of it."""

    name: str
    higher: bool
    of: Callable[[Sequence[np.ndarray], Sequence[np.ndarray]], float]
    newest: bool = False

    def better(self, new: float, old: float | None) -> bool:
        """True when `new` beats `old`; a figure that is no number never does."""
        return new == new and (old is None or self.newest or (new > old if self.higher else new < old))


def _accuracy(answers: Sequence[np.ndarray], targets: Sequence[np.ndarray]) -> float:
    """Share of clips, or of frames, whose likeliest class is the true one."""
    right = [np.atleast_1d(a.argmax(-1) == t.argmax(-1)) for a, t in zip(answers, targets, strict=True)]
    return float(np.concatenate(right).mean())


def _map(answers: Sequence[np.ndarray], targets: Sequence[np.ndarray]) -> float:
    return of_labels.mean_average_precision(np.stack(targets) > 0.5, np.stack(answers))


def _f1(answers: Sequence[np.ndarray], targets: Sequence[np.ndarray]) -> float:
    """F1 over frames and labels at one half."""
    told, true = np.concatenate(answers) > 0.5, np.concatenate(targets) > 0.5
    hits = float((told & true).sum())
    return 2 * hits / max(float(told.sum() + true.sum()), 1.0)


def _mae(answers: Sequence[np.ndarray], targets: Sequence[np.ndarray]) -> float:
    gone = np.concatenate([np.abs(a - t).ravel() for a, t in zip(answers, targets, strict=True)])
    return float(np.nanmean(gone)) if np.isfinite(gone).any() else float("nan")


def _ter(answers: Sequence[np.ndarray], targets: Sequence[np.ndarray]) -> float:
    """Token error rate of greedy CTC: repeats are joined, blanks fall away."""
    from aural.metrics._alignment import distance

    wrong = total = 0
    for answer, target in zip(answers, targets, strict=True):
        true = [str(int(t)) for t in target if t > 0]
        wrong += distance(true, [str(t) for t in collapsed(answer)])
        total += len(true)
    return wrong / max(total, 1)


def _written(answers: Sequence[np.ndarray], targets: Sequence[np.ndarray]) -> float:
    """Token error rate of what a decoder wrote: units [L], 0 behind the end."""
    from aural.metrics._alignment import distance

    told = [[str(int(t)) for t in answer if t > 0] for answer in answers]
    true = [[str(int(t)) for t in target if t > 0] for target in targets]
    return sum(distance(t, a) for t, a in zip(true, told, strict=True)) / max(sum(map(len, true)), 1)


def pairs(answers: Sequence[np.ndarray], targets: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Cosines of all pairs of vectors [D], and whether both are of one class."""
    vectors, classes = np.stack(answers), np.stack(targets).argmax(1)
    vectors = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    first, second = np.triu_indices(len(vectors), 1)
    return (vectors @ vectors.T)[first, second], classes[first] == classes[second]


def _eer(answers: Sequence[np.ndarray], targets: Sequence[np.ndarray]) -> float:
    """Equal error rate over all pairs of clips; NaN where no two are of one class, or all are."""
    scores, same = pairs(answers, targets)
    return verification.eer(scores, same) if 0 < same.sum() < len(same) else float("nan")


def collapsed(answer: np.ndarray) -> list[int]:
    """Tokens of a CTC answer [F, K + 1]: the likeliest class of each frame, repeats joined, blanks (0) dropped."""
    best = answer.argmax(-1)
    kept = np.flatnonzero(np.append(True, best[1:] != best[:-1]) & (best > 0))
    return [int(best[i]) for i in kept]


METRICS: Mapping[str, Metric] = {
    "accuracy": Metric("accuracy", True, _accuracy),
    "map": Metric("map", True, _map),
    "f1": Metric("f1", True, _f1),
    "mae": Metric("mae", False, _mae),
    "eer": Metric("eer", False, _eer),
    "ter": Metric("ter", False, _ter),
    "written": Metric("ter", False, _written),
}
