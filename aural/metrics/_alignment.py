"""Alignment of two lists of words: the table of edit distances and the way back through it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

Kind = Literal["same", "substituted", "deleted", "inserted"]


@dataclass(frozen=True)
class Step:
    """One step of an alignment: what stood in the reference and what was answered (None where there is nothing)."""

    kind: Kind
    reference: str | None
    answer: str | None


@dataclass(frozen=True)
class Errors:
    """Counts of errors against a reference of `length` words (or characters). Counts add up with `+`."""

    substituted: int = 0
    inserted: int = 0
    deleted: int = 0
    length: int = 0

    @property
    def total(self) -> int:
        return self.substituted + self.inserted + self.deleted

    @property
    def rate(self) -> float:
        """(S + I + D) / N; with N = 0 the number of insertions."""
        return self.total / self.length if self.length else float(self.total)

    @property
    def correct(self) -> float:
        """The other form, (N - S - I - D) / N = 1 - rate: below 0 when there are many insertions."""
        return 1 - self.rate

    def __add__(self, other: Errors) -> Errors:
        return Errors(
            self.substituted + other.substituted,
            self.inserted + other.inserted,
            self.deleted + other.deleted,
            self.length + other.length,
        )


def align(reference: Sequence[str], answer: Sequence[str]) -> list[Step]:
    """The cheapest alignment of two lists of words, each error costing one.

    Of equally cheap ones, that which pairs the common beginning and end and, read from the end, deletes
    before it inserts and inserts before it substitutes (jiwer's choice, so that its counts are ours).
    """
    head = _common(reference, answer)
    tail = _common(reference[head:][::-1], answer[head:][::-1])
    inner, other = reference[head : len(reference) - tail], answer[head : len(answer) - tail]
    steps = [Step("same", w, w) for w in reference[:head]]
    steps += _walk(inner, other)
    return steps + [Step("same", w, w) for w in reference[len(reference) - tail :]]


def _walk(reference: Sequence[str], answer: Sequence[str]) -> list[Step]:
    costs = _table(_numbers(reference, answer), keep=True)
    steps: list[Step] = []
    i, j = len(reference), len(answer)
    while i or j:
        if i and (not j or costs[i][j] == costs[i - 1][j] + 1):
            i -= 1
            steps.append(Step("deleted", reference[i], None))
        elif not i or costs[i][j - 1] < costs[i - 1][j - 1]:
            j -= 1
            steps.append(Step("inserted", None, answer[j]))
        else:
            i, j = i - 1, j - 1
            kind: Kind = "same" if reference[i] == answer[j] else "substituted"
            steps.append(Step(kind, reference[i], answer[j]))
    return steps[::-1]


def _common(reference: Sequence[str], answer: Sequence[str]) -> int:
    """How many words both lists begin with alike."""
    count = 0
    for one, other in zip(reference, answer, strict=False):
        if one != other:
            break
        count += 1
    return count


def errors_between(reference: Sequence[str], answer: Sequence[str]) -> Errors:
    """Counts of the alignment of two lists of words (or of any comparable texts)."""
    kinds = [s.kind for s in align(reference, answer)]
    return Errors(kinds.count("substituted"), kinds.count("inserted"), kinds.count("deleted"), len(reference))


def distance(reference: Sequence[str], answer: Sequence[str]) -> int:
    """S + I + D alone, in memory that does not grow with the product of the lengths."""
    return int(_table(_numbers(reference, answer), keep=False)[-1][-1])


def timed_distance(
    reference: Sequence[str], answer: Sequence[str], reference_times: np.ndarray, answer_times: np.ndarray, collar: float
) -> int:
    """S + I + D where two words may only be paired when their spans overlap.

    `reference_times` [N, 2] and `answer_times` [M, 2] hold starts and ends (s); the answer's spans are
    widened by `collar` seconds on both sides. A pair that may not be is a deletion and an insertion.
    """
    first, second = _numbers(reference, answer)
    columns = np.arange(len(second) + 1, dtype=np.int32)
    row = columns.copy()
    starts, ends = answer_times[:, 0] - collar, answer_times[:, 1] + collar
    for word, (start, end) in zip(first, reference_times, strict=True):
        fresh = row + 1
        apart = ~((start < ends) & (starts < end))
        np.minimum(fresh[1:], row[:-1] + np.where(apart, 2, second != word).astype(np.int32), out=fresh[1:])
        row = np.minimum.accumulate(fresh - columns) + columns
    return int(row[-1])


def _numbers(reference: Sequence[str], answer: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Both lists as numbers, the same word the same number."""
    known: dict[str, int] = {}
    first, second = ([known.setdefault(w, len(known)) for w in words] for words in (reference, answer))
    return np.array(first, dtype=np.int64), np.array(second, dtype=np.int64)


def _table(pair: tuple[np.ndarray, np.ndarray], keep: bool) -> list[np.ndarray]:
    """Rows of the edit-distance table [N+1, M+1], or only the last one.

    A row is worked out at once: an insertion chain from the left is a running minimum once the column
    number is taken off.
    """
    reference, answer = pair
    columns = np.arange(len(answer) + 1, dtype=np.int32)
    row = columns.copy()
    rows = [row]
    for word in reference:
        fresh = row + 1
        np.minimum(fresh[1:], row[:-1] + (answer != word), out=fresh[1:])
        row = np.minimum.accumulate(fresh - columns) + columns
        if keep:
            rows.append(row)
        else:
            rows = [row]
    return rows
