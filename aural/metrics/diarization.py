"""Diarization error rate with its three parts, Jaccard error rate, and the error in the number of speakers.

Conventions: turns are `Turn` values in seconds; turns of one speaker that overlap count once. Time is
scored where `scored` says (spans, the UEM; None = everywhere). DER = (missed + false + confused) / total,
where at each moment missed and false are the speakers too few and too many, confused those that are not
the ones that the best one-to-one pairing of speakers gives, and total is reference speech counted per
speaker. By default there is no collar and overlap is scored: the strict form. `collar` (s) leaves out that
much on EACH side of every reference boundary (0.25 is what md-eval's -c 0.25 does; pyannote.metrics calls
the same 0.5). Several recordings are summed before dividing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from aural.errors import UsageError
from aural.metrics._assignment import assign
from aural.results import Span, Turn


@dataclass(frozen=True)
class Parts:
    """Seconds of missed, false and confused speech, against `total` seconds. Parts add up with `+`."""

    missed: float = 0.0
    false: float = 0.0
    confused: float = 0.0
    total: float = 0.0

    @property
    def rate(self) -> float:
        """(missed + false + confused) / total; without reference speech 0 when nothing was answered, else 1."""
        wrong = self.missed + self.false + self.confused
        return wrong / self.total if self.total else float(wrong > 0)

    def __add__(self, other: Parts) -> Parts:
        return Parts(self.missed + other.missed, self.false + other.false, self.confused + other.confused, self.total + other.total)


@dataclass(frozen=True, eq=False)
class _Timeline:
    """Elementary stretches: seconds [K], who speaks in the reference [R, K] and in the answer [S, K]."""

    seconds: np.ndarray
    reference: np.ndarray
    answer: np.ndarray
    names: tuple[str, ...]
    others: tuple[str, ...]


def validate(reference: Sequence[Turn], answer: Sequence[Turn], collar: float = 0.0) -> None:
    """Raises: UsageError for a collar below 0 or a turn without a speaker."""
    if collar < 0:
        raise UsageError(f"a collar is 0 s or more, not {collar}")
    for turn in (*reference, *answer):
        if not turn.speaker:
            raise UsageError(f"the turn at {turn.start} s has no speaker")


def der(
    reference: Sequence[Turn],
    answer: Sequence[Turn],
    scored: Sequence[Span] | None = None,
    collar: float = 0.0,
    skip_overlap: bool = False,
) -> float:
    """Diarization error rate of one recording."""
    return parts(reference, answer, scored, collar, skip_overlap).rate


def parts(
    reference: Sequence[Turn],
    answer: Sequence[Turn],
    scored: Sequence[Span] | None = None,
    collar: float = 0.0,
    skip_overlap: bool = False,
) -> Parts:
    """Missed, false and confused seconds of one recording, under the best pairing of speakers."""
    line = _timeline(reference, answer, scored, collar, skip_overlap)
    pairs = _pairs(line)
    many, found = line.reference.sum(axis=0), line.answer.sum(axis=0)
    right = np.zeros(len(line.seconds))
    for i, j in pairs:
        right += line.reference[i] & line.answer[j]
    return Parts(
        float(np.maximum(many - found, 0) @ line.seconds),
        float(np.maximum(found - many, 0) @ line.seconds),
        float((np.minimum(many, found) - right) @ line.seconds),
        float(many @ line.seconds),
    )


def mapping(reference: Sequence[Turn], answer: Sequence[Turn], scored: Sequence[Span] | None = None) -> dict[str, str]:
    """Which of the answer's speakers stands for which of the reference: answered label -> true label."""
    line = _timeline(reference, answer, scored, 0.0, False)
    return {line.others[j]: line.names[i] for i, j in _pairs(line)}


def jer(
    reference: Sequence[Turn],
    answer: Sequence[Turn],
    scored: Sequence[Span] | None = None,
    collar: float = 0.0,
    skip_overlap: bool = False,
) -> float:
    """Jaccard error rate: 1 - shared / united seconds, the mean over reference speakers (1 for one without a partner)."""
    line = _timeline(reference, answer, scored, collar, skip_overlap)
    spoke = line.reference @ line.seconds > 0
    if not spoke.any():
        return float(bool(line.answer.any()))
    lost = dict.fromkeys(np.flatnonzero(spoke).tolist(), 1.0)
    for i, j in _pairs(line):
        if spoke[i]:
            shared = (line.reference[i] & line.answer[j]) @ line.seconds
            lost[i] = 1 - float(shared / ((line.reference[i] | line.answer[j]) @ line.seconds))
    return sum(lost.values()) / len(lost)


def speaker_count_error(reference: Sequence[Turn], answer: Sequence[Turn]) -> int:
    """Speakers answered minus speakers that there are: 0 is right, below 0 too few."""
    return len({t.speaker for t in answer}) - len({t.speaker for t in reference})


def _pairs(line: _Timeline) -> list[tuple[int, int]]:
    """The pairing that shares most time; pairs that share none are left out."""
    shared = (line.reference * line.seconds) @ line.answer.T.astype(np.float64)
    return [(i, j) for i, j in assign(-shared) if shared[i, j] > 0]


def _timeline(
    reference: Sequence[Turn], answer: Sequence[Turn], scored: Sequence[Span] | None, collar: float, skip_overlap: bool
) -> _Timeline:
    validate(reference, answer, collar)
    around = [(t - collar, t + collar) for turn in reference for t in (turn.start, turn.end)] if collar else []
    wanted = [(s.start, s.end) for s in scored] if scored is not None else []
    told_edges = [t for span in (*reference, *answer) for t in (span.start, span.end)]
    edges = np.unique(told_edges + [t for span in (*around, *wanted) for t in span])
    seconds = np.diff(edges)
    names, others = sorted({t.speaker for t in reference}), sorted({t.speaker for t in answer})
    true = np.array([_active(edges, [(t.start, t.end) for t in reference if t.speaker == n]) for n in names], dtype=bool)
    told = np.array([_active(edges, [(t.start, t.end) for t in answer if t.speaker == n]) for n in others], dtype=bool)
    true, told = true.reshape(len(names), len(seconds)), told.reshape(len(others), len(seconds))
    keep = ~_active(edges, around)
    if scored is not None:
        keep &= _active(edges, wanted)
    if skip_overlap:
        keep &= true.sum(axis=0) < 2
    return _Timeline(seconds[keep], true[:, keep], told[:, keep], tuple(names), tuple(others))


def _active(edges: np.ndarray, spans: Sequence[tuple[float, float]]) -> np.ndarray:
    """Which stretches between edges [K+1] lie inside any of the spans: bool [K]."""
    change = np.zeros(max(len(edges), 1), dtype=np.int64)
    for start, end in spans:
        change[np.searchsorted(edges, start)] += 1
        change[np.searchsorted(edges, end)] -= 1
    return (np.cumsum(change)[:-1] > 0)[: max(len(edges) - 1, 0)]
