"""Gives every word its speaker: by what is heard inside it, smoothed where nothing marks a change of speaker."""

from __future__ import annotations

import dataclasses
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

import numpy as np

from aural.results import Result, Turn, Word

_FAINT = 1e-3  # evidence that is left for a speaker who is not heard in a word
_NEAR = 0.5  # s: a word outside every turn belongs to the nearest speaker; this is how fast that fades
# What a change of speaker costs between two words (natural logarithm): dear inside a phrase, cheap after a
# pause or the end of a sentence.
_INSIDE, _AFTER_PAUSE, _AFTER_SENTENCE = 2.5, 1.0, 0.5
_PAUSE = 0.25  # s
_ENDINGS = (".", "?", "!", "…", "。", "？", "！")


class Evidence(ABC):
    """What speaks for each speaker inside a stretch of time."""

    labels: tuple[str, ...]

    @abstractmethod
    def within(self, start: float, end: float) -> np.ndarray:
        """Evidence [K] in 0..1 for each label between two times (s)."""


def assign(words: Sequence[Word], heard: Any) -> tuple[Word, ...]:
    """The words, each with the label of its speaker. `heard` is a diarized Result, or the Answer of `diarize.answer`
    whose frames tell more than rounded turns do.

    No word goes without a speaker when there is one: outside every turn it is the nearest. Where two
    speak at once the word goes to the louder evidence. Each channel is looked at on its own.
    """
    result: Result = heard if isinstance(heard, Result) else heard.result
    turns = result.turns or ()
    if not turns:
        return tuple(words)
    out = list(words)
    for channel in {w.channel for w in words}:
        at = [i for i, w in enumerate(words) if w.channel == channel]
        own = [t for t in turns if t.channel in (None, channel)] if channel is not None else list(turns)
        if not own:
            own = list(turns)
        by_frame = not isinstance(heard, Result) and channel is None
        evidence: Evidence = FromFrames(heard) if by_frame else FromTurns(own)
        for i, label in zip(at, _labels([words[i] for i in at], own, evidence), strict=True):
            out[i] = dataclasses.replace(words[i], speaker=label)
    return tuple(out)


class FromTurns(Evidence):
    """The share of a stretch that each speaker's turns cover, times their confidence."""

    def __init__(self, turns: Sequence[Turn]) -> None:
        self.labels = tuple(dict.fromkeys(t.speaker for t in turns))
        places = {label: k for k, label in enumerate(self.labels)}
        order = sorted(turns, key=lambda t: t.start)
        self._starts = np.array([t.start for t in order])
        self._ends = np.array([t.end for t in order])
        self._reach = np.maximum.accumulate(self._ends)
        self._whose = np.array([places[t.speaker] for t in order])
        self._sure = np.array([1.0 if t.confidence is None else max(t.confidence, 0.05) for t in order])

    def within(self, start: float, end: float) -> np.ndarray:
        """Evidence [K] in 0..1 for each label between two times (s)."""
        low, high = int(np.searchsorted(self._reach, start)), int(np.searchsorted(self._starts, end))
        shared = np.minimum(self._ends[low:high], end) - np.maximum(self._starts[low:high], start)
        shared = np.maximum(shared, 0) / max(end - start, 1e-3) * self._sure[low:high]
        return np.bincount(self._whose[low:high], shared, minlength=len(self.labels))


class FromFrames(Evidence):
    """The mean share of each speaker over the frames of a stretch."""

    def __init__(self, answer: Any) -> None:
        self.labels = tuple(answer.columns)
        self._columns = list(answer.columns.values())
        self._share, self._active = answer.frames.share, answer.frames.active
        self._hop, self._center = answer.frames.hop, answer.frames.center

    def within(self, start: float, end: float) -> np.ndarray:
        """Evidence [K] in 0..1 for each label between two times (s)."""
        low = min(max(0, int(np.ceil((start - self._center) / self._hop))), len(self._share) - 1)
        high = max(low + 1, int(np.floor((end - self._center) / self._hop)) + 1)
        # Half from the soft shares, half from the decision, which knows of pauses closed and turns dropped.
        share, active = (x[low:high].mean(axis=0, dtype=np.float64)[self._columns] for x in (self._share, self._active))
        return np.asarray((share + active) / 2)


def _labels(words: Sequence[Word], turns: Sequence[Turn], evidence: Evidence) -> list[str]:
    """The most likely sequence of speakers: evidence of each word, and a price on each change."""
    near = FromTurns(turns)
    labels = evidence.labels
    score = np.zeros(len(labels))
    back = np.zeros((len(words), len(labels)), int)
    for i, word in enumerate(words):
        heard = evidence.within(word.start, word.end)
        if heard.max() < 0.05:
            heard = heard + 0.5 * _nearness(word, turns, near, labels)
        if i:
            change = score.max() - _price(words[i - 1], word)
            back[i] = np.where(score >= change, np.arange(len(labels)), int(score.argmax()))
            score = np.maximum(score, change)
        score = score + np.log(heard + _FAINT)
    path = [int(score.argmax())]
    for i in range(len(words) - 1, 0, -1):
        path.append(int(back[i, path[-1]]))
    return [labels[k] for k in reversed(path)]


def _price(before: Word, word: Word) -> float:
    if before.text.rstrip("\"')]»”").endswith(_ENDINGS):
        return _AFTER_SENTENCE
    return _AFTER_PAUSE if word.start - before.end >= _PAUSE else _INSIDE


def _nearness(word: Word, turns: Sequence[Turn], near: FromTurns, labels: tuple[str, ...]) -> np.ndarray:
    """Evidence [K] from how far away each speaker's nearest turn is."""
    away = dict.fromkeys(near.labels, np.inf)
    for turn in turns:
        gap = max(turn.start - word.end, word.start - turn.end, 0.0)
        away[turn.speaker] = min(away[turn.speaker], gap)
    return np.array([float(np.exp(-away.get(label, np.inf) / _NEAR)) for label in labels]) + 1e-6
