"""Moves the edges of words to where the sound itself begins and ends around a pause."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from aural.results import Word
from aural.tasks._gate import RATE

STEP = RATE // 100
# A pause is a run of PAUSE s that is DEEP dB softer than the loud frames (breath and room are, vowels and most consonants are not);
# where the room is less than CLEAR dB above that, nothing can be told. No edge moves further than FAR s.
PAUSE, DEEP, CLEAR, FAR = 0.12, 25.0, 6.0, 0.4


def snapped(words: Sequence[Word], samples: np.ndarray, start: float) -> list[Word]:
    """Words in order, their edges moved to the ends of the pause between two of them, or before the first and behind the last.

    Without a pause between them two words meet where it is softest between their edges: what sounds there belongs to one of
    them. samples [T] at 16 kHz from `start` (s) on, in which the words lie.
    """
    level = _levels(samples)
    if not len(level) or not words:
        return list(words)
    quiet = _quiet(level)
    spans = [(start + a * STEP / RATE, start + b * STEP / RATE) for a, b in quiet]
    middles = [(w.start + w.end) / 2 for w in words]
    edges = [-np.inf, *middles, np.inf]
    found = list(words)
    for k in range(len(words) + 1):
        inside = [s for s in spans if edges[k] <= s[0] and s[1] <= edges[k + 1]]
        if not inside:
            if 0 < k < len(words):
                at = _softest(level, found[k - 1].end - start, found[k].start - start)
                found[k - 1 : k + 1] = _met(found[k - 1], found[k], None if at is None else start + at)
            continue
        # before the first word the last pause counts, behind the last word the first one; between two the longest
        low, high = inside[-1] if k == 0 else inside[0] if k == len(words) else max(inside, key=lambda s: s[1] - s[0])
        if k and abs(found[k - 1].end - low) <= FAR and low > found[k - 1].start:
            found[k - 1] = dataclasses.replace(found[k - 1], end=low)
        if k < len(words) and abs(found[k].start - high) <= FAR and high < found[k].end:
            found[k] = dataclasses.replace(found[k], start=high)
    return found


def _levels(samples: np.ndarray) -> np.ndarray:
    """The level of each 10 ms in dB."""
    frames = samples[: len(samples) // STEP * STEP].reshape(-1, STEP)
    return np.asarray(10 * np.log10(np.einsum("ij,ij->i", frames, frames) / STEP + 1e-10))


def _softest(level: np.ndarray, low: float, high: float) -> float | None:
    """The softest moment (s) between two, None where they lie too near each other to choose."""
    first, last = round(low * RATE / STEP), round(high * RATE / STEP)
    if last - first < 2 or first < 0 or last > len(level):
        return None
    return (first + int(np.argmin(level[first:last])) + 0.5) * STEP / RATE


def _met(one: Word, two: Word, at: float | None) -> list[Word]:
    """Two words that meet at a moment, or as they are."""
    if at is None:
        return [one, two]
    return [dataclasses.replace(one, end=at), dataclasses.replace(two, start=at)]


def _quiet(level: np.ndarray) -> list[tuple[int, int]]:
    """Runs [first, last) of quiet frames of 10 ms."""
    limit = np.percentile(level, 95) - DEEP
    if np.percentile(level, 5) + CLEAR > limit + DEEP / 2:
        return []
    limit = max(limit, float(np.percentile(level, 5)) + CLEAR)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], level < limit, [False]]).astype(np.int8)))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True) if (b - a) * STEP >= PAUSE * RATE]
