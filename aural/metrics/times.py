"""How well words are timed: errors of starts and ends against a reference, and starts that lie in silence.

Conventions: words are `Word` values in seconds, texts already brought to one spelling. Both lists are
aligned as for WER; only words that agree are measured. Errors are absolute seconds; `shift` is the median
with its sign (above 0 = late). A word stands behind a pause when the reference is silent for `pause`
seconds or more before it, the first word of a recording included when it starts that late.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from aural.errors import UsageError
from aural.metrics._alignment import align
from aural.results import Span, Word


@dataclass(frozen=True, eq=False)
class Errors:
    """Signed errors in seconds (told - true) of the words that agree: starts [N], ends [N], behind a pause [N]."""

    starts: np.ndarray
    ends: np.ndarray
    after_pause: np.ndarray
    words: int

    def __add__(self, other: Errors) -> Errors:
        return Errors(
            np.concatenate((self.starts, other.starts)),
            np.concatenate((self.ends, other.ends)),
            np.concatenate((self.after_pause, other.after_pause)),
            self.words + other.words,
        )


@dataclass(frozen=True)
class Summary:
    """Median and 95th percentile (s) of absolute errors, the median with sign, and how many words were measured."""

    start_median: float
    start_p95: float
    start_p95_after_pause: float
    start_shift: float
    end_median: float
    end_p95: float
    end_shift: float
    measured: int
    words: int


def validate(words: Sequence[Word]) -> None:
    """Raises: UsageError unless starts never go back."""
    for before, after in itertools.pairwise(words):
        if after.start < before.start:
            raise UsageError(f"the word {after.text!r} at {after.start} s starts before the one in front of it")


def time_errors(reference: Sequence[Word], answer: Sequence[Word], pause: float = 0.3) -> Errors:
    """Errors of every word that both lists have."""
    validate(reference)
    validate(answer)
    starts, ends, paused = [], [], []
    i = j = 0
    for step in align([w.text for w in reference], [w.text for w in answer]):
        if step.kind == "same":
            true, told = reference[i], answer[j]
            starts.append(told.start - true.start)
            ends.append(told.end - true.end)
            silent_since = reference[i - 1].end if i else 0.0
            paused.append(true.start - silent_since >= pause)
        i += step.reference is not None
        j += step.answer is not None
    return Errors(np.array(starts), np.array(ends), np.array(paused, dtype=bool), len(reference))


def summary(errors: Errors) -> Summary:
    """The figures that are published; NaN where nothing was measured."""
    starts, ends = np.abs(errors.starts), np.abs(errors.ends)
    return Summary(
        _percentile(starts, 50),
        _percentile(starts, 95),
        _percentile(starts[errors.after_pause.astype(bool)], 95),
        _percentile(errors.starts, 50),
        _percentile(ends, 50),
        _percentile(ends, 95),
        _percentile(errors.ends, 50),
        len(starts),
        errors.words,
    )


def starts_in_silence(words: Sequence[Word], speech: Sequence[Span], slack: float = 0.0) -> float:
    """Share of words that start outside every speech span, each widened by `slack` seconds on both sides."""
    if not words:
        return 0.0
    inside = [any(s.start - slack <= w.start < s.end + slack for s in speech) for w in words]
    return 1 - sum(inside) / len(inside)


def _percentile(values: np.ndarray, share: float) -> float:
    return float(np.percentile(values, share)) if len(values) else float("nan")
