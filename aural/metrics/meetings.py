"""Word error rates of conversations, speakers included: cpWER and tcpWER.

Conventions: words are `Word` values with a speaker, times in seconds; a speaker's words are taken in the
order of their starts. cpWER joins each speaker's words and pairs the speakers of reference and answer so
that the fewest errors remain; a speaker without a partner is all deletions or all insertions. tcpWER adds
time: two words can only be paired when their spans overlap after the answer's were widened by `collar`
seconds on both sides; times in the reference that are known by sentence only are spread by letters
(`spread`). Rates divide by the number of reference words. Channels are not told apart.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from aural.errors import UsageError
from aural.metrics._alignment import Errors, distance, errors_between, timed_distance
from aural.metrics._assignment import assign
from aural.results import Word


@dataclass(frozen=True)
class Conversation:
    """Errors of a whole conversation under the best pairing of speakers (reference, answer; None = no partner)."""

    errors: int
    length: int
    pairs: tuple[tuple[str | None, str | None], ...]

    @property
    def rate(self) -> float:
        return self.errors / self.length if self.length else float(self.errors)


def validate(reference: Sequence[Word], answer: Sequence[Word]) -> None:
    """Raises: UsageError when a word of either side has no speaker."""
    for name, words in (("reference", reference), ("answer", answer)):
        lost = next((w for w in words if w.speaker is None), None)
        if lost is not None:
            raise UsageError(f"the word {lost.text!r} at {lost.start} s of the {name} has no speaker")


def cpwer(reference: Sequence[Word], answer: Sequence[Word]) -> float:
    """Concatenated minimum-permutation word error rate."""
    return cp_errors(reference, answer).rate


def tcpwer(reference: Sequence[Word], answer: Sequence[Word], collar: float = 5.0) -> float:
    """Time-constrained cpWER; `collar` (s) is how far a word may stand from its place."""
    return tcp_errors(reference, answer, collar).rate


def cp_errors(reference: Sequence[Word], answer: Sequence[Word]) -> Conversation:
    """Errors and the pairing of speakers behind cpWER."""
    return _paired(reference, answer, lambda r, a: distance([w.text for w in r], [w.text for w in a]))


def tcp_errors(reference: Sequence[Word], answer: Sequence[Word], collar: float = 5.0) -> Conversation:
    """Errors and the pairing of speakers behind tcpWER. Raises: UsageError for a collar below 0."""
    if collar < 0:
        raise UsageError(f"a collar is 0 s or more, not {collar}")

    def timed(r: Sequence[Word], a: Sequence[Word]) -> int:
        return timed_distance([w.text for w in r], [w.text for w in a], _times(r), _times(a), collar)

    return _paired(reference, answer, timed)


def speaker_errors(reference: Sequence[Word], answer: Sequence[Word]) -> dict[tuple[str | None, str | None], Errors]:
    """Substitutions, insertions and deletions of each pair of speakers under the pairing of cpWER."""
    ours, theirs = _by_speaker(reference), _by_speaker(answer)
    pairs = cp_errors(reference, answer).pairs
    return {
        (r, a): errors_between([w.text for w in ours.get(r or "", [])], [w.text for w in theirs.get(a or "", [])]) for r, a in pairs
    }


def spread(text: str, start: float, end: float, speaker: str, points: bool = False) -> list[Word]:
    """The words of one utterance with times by their share of its letters.

    `points`: each span shrinks to 1 ms around its middle, which is how answers are counted that give
    no word times (so that a wide span wins nothing).
    """
    words = text.split()
    ends = np.cumsum([len(w) for w in words], dtype=np.float64)
    if not len(ends):
        return []
    ends = start + (end - start) * ends / ends[-1]
    starts = np.concatenate(([start], ends[:-1]))
    if points:
        middle = (starts + ends) / 2
        starts, ends = np.maximum(middle - 0.0005, 0), middle + 0.0005
    return [Word(float(s), float(e), w, speaker=speaker) for w, s, e in zip(words, starts, ends, strict=True)]


def _paired(
    reference: Sequence[Word], answer: Sequence[Word], count: Callable[[Sequence[Word], Sequence[Word]], int]
) -> Conversation:
    validate(reference, answer)
    ours, theirs = _by_speaker(reference), _by_speaker(answer)
    names, others = sorted(ours), sorted(theirs)
    # square: a missing partner is a speaker without words
    size = max(len(names), len(others))
    first = [ours[n] for n in names] + [[]] * (size - len(names))
    second = [theirs[n] for n in others] + [[]] * (size - len(others))
    costs = np.array([[count(r, a) for a in second] for r in first], dtype=np.float64).reshape(size, size)
    chosen = assign(costs)
    pairs = tuple((names[i] if i < len(names) else None, others[j] if j < len(others) else None) for i, j in chosen)
    return Conversation(int(sum(costs[i, j] for i, j in chosen)), len(reference), pairs)


def _by_speaker(words: Sequence[Word]) -> dict[str, list[Word]]:
    found: dict[str, list[Word]] = defaultdict(list)
    for word in sorted(words, key=lambda w: w.start):
        found[word.speaker or ""].append(word)
    return dict(found)


def _times(words: Sequence[Word]) -> np.ndarray:
    return np.array([(w.start, w.end) for w in words], dtype=np.float64).reshape(-1, 2)
