"""Follows the probabilities of many kinds of sound and cuts them into events with a beginning and an end."""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import final

import numpy as np

from aural.results import Event, grid_span
from aural.tasks._hearing import Grid, Heard
from aural.tasks._kinds import Kinds

_SILENT = 10 ** (-65 / 20)  # a window whose level lies below this is silence, whatever the tagger says
_BIN = 0.01  # s, the grid on which an event's edges are found
_EDGE = 10 ** (-20 / 20)  # an event begins and ends where its level is within 20 dB of its loudest moment
_STEADY = 0.8  # share of its window that a sound may fill before its edges are left to the tagger


@dataclass(frozen=True)
class Found:
    """One stretch of frames [first, last] in which a kind was heard, with its best probability."""

    kind: int
    first: int
    last: int
    peak: float

    def overlap(self, other: Found) -> int:
        """Frames that both share."""
        return max(0, min(self.last, other.last) - max(self.first, other.first) + 1)

    @property
    def frames(self) -> int:
        return self.last - self.first + 1


@final
class Follower:
    """Opens an event where a kind reaches `high` and keeps it while it stays above `low`, backward too.

    `heard` are the kinds that may become events. What is silent is no event.
    """

    def __init__(self, kinds: int, heard: Iterable[int], high: float, low: float) -> None:
        self._allowed = np.zeros(kinds, bool)
        self._allowed[list(heard)] = True
        self._high, self._low = high, min(low, high)
        self._start, self._peak = np.full(kinds, -1), np.zeros(kinds)
        self._frame = 0
        self.found: list[Found] = []

    def push(self, heard: Heard) -> None:
        """The next frames, in sequence."""
        for probabilities, level in zip(heard.probabilities, heard.level, strict=True):
            on = (probabilities >= self._low) & self._allowed & (level > _SILENT)
            self._close(~on & (self._start >= 0))
            fresh = on & (self._start < 0)
            self._start[fresh] = self._frame
            self._peak[on] = np.maximum(self._peak[on], probabilities[on])
            self._frame += 1

    def finish(self) -> list[Found]:
        """All events, those that were still going on included, sorted by beginning."""
        self._close(self._start >= 0)
        return sorted(self.found, key=lambda f: (f.first, f.kind))

    def _close(self, ended: np.ndarray) -> None:
        for kind in np.flatnonzero(ended & (self._peak >= self._high)):
            self.found.append(Found(int(kind), int(self._start[kind]), self._frame - 1, float(self._peak[kind])))
        self._start[ended], self._peak[ended] = -1, 0


@final
class Levels:
    """The root mean square of each 10 ms of a recording, as its samples come by."""

    def __init__(self, rate: int) -> None:
        self._size, self._held = round(rate * _BIN), np.zeros(0, np.float32)
        self._parts: list[np.ndarray] = []

    def push(self, samples: np.ndarray) -> None:
        """The next samples [t]."""
        held = np.concatenate([self._held, samples])
        whole = len(held) // self._size * self._size
        self._parts.append(np.sqrt(np.mean(held[:whole].reshape(-1, self._size) ** 2, axis=1)))
        self._held = held[whole:]

    def all(self) -> np.ndarray:
        """All levels [E] so far."""
        return np.concatenate(self._parts) if self._parts else np.zeros(0, np.float32)


def joined(found: Sequence[Found], gap: int) -> list[Found]:
    """Events of one kind with at most `gap` frames between them become one."""
    last: dict[int, int] = {}
    out: list[Found] = []
    for event in sorted(found, key=lambda f: (f.first, f.kind)):
        at = last.get(event.kind)
        if at is not None and event.first - out[at].last - 1 <= gap:
            out[at] = replace(out[at], last=max(out[at].last, event.last), peak=max(out[at].peak, event.peak))
        else:
            last[event.kind] = len(out)
            out.append(event)
    return out


def without_doubles(found: Sequence[Found], kinds: Kinds) -> list[Found]:
    """One name for one sound: of rival names the best stays, and a general name goes where special ones fill half of it."""
    timeline = _Timeline(found)
    left = [f for f in found if not any(_beats(r, f) for r in timeline.of(kinds.rivals.get(f.kind, ()), f))]
    timeline = _Timeline(left)
    return [f for f in left if 2 * timeline.filled(kinds.covers.get(f.kind, ()), f) < f.frames]


def as_event(found: Found, label: str, grid: Grid, levels: np.ndarray, duration: float) -> Event:
    """The event on the 1 ms grid; a sound that does not fill its windows gets its edges from the level."""
    start, end = grid.span(found.first, found.frames)
    begin, limit = found.first * grid.hop / grid.rate, (found.last * grid.hop + grid.window) / grid.rate
    first = round(begin / _BIN)
    inside = levels[first : round(limit / _BIN)]
    if inside.size:
        loud = np.flatnonzero(inside >= inside.max() * _EDGE)
        if loud[-1] - loud[0] + 1 < _STEADY * inside.size:
            start, end = (first + loud[0]) * _BIN, (first + loud[-1] + 1) * _BIN
        else:
            start = 0.0 if found.first == 0 else start
            end = duration if limit >= duration else end
    start, end = grid_span(min(start, duration - 0.001), min(end, duration), duration)
    return Event(start, end, label, score=round(found.peak, 4))


class _Timeline:
    """Events by kind, for quick questions about what else was heard at the same time."""

    def __init__(self, found: Sequence[Found]) -> None:
        self._by: dict[int, list[Found]] = {}
        for event in sorted(found, key=lambda f: f.first):
            self._by.setdefault(event.kind, []).append(event)
        self._ends = {k: [e.last for e in v] for k, v in self._by.items()}  # events of one kind do not overlap

    def of(self, kinds: Iterable[int], event: Found) -> list[Found]:
        """Events of the kinds that overlap `event`."""
        out = []
        for kind in kinds:
            if kind in self._by:
                row = self._by[kind]
                for other in row[bisect.bisect_left(self._ends[kind], event.first) :]:
                    if other.first > event.last:
                        break
                    out.append(other)
        return out

    def filled(self, kinds: Iterable[int], event: Found) -> int:
        """Frames of `event` in which at least one of the kinds was heard."""
        hit = np.zeros(event.frames, bool)
        for other in self.of(kinds, event):
            hit[max(0, other.first - event.first) : other.last - event.first + 1] = True
        return int(hit.sum())


def _beats(rival: Found, event: Found) -> bool:
    """True when a rival name is better, or the same and longer, over at least half of the event."""
    better = (rival.peak, rival.frames, -rival.kind) > (event.peak, event.frames, -event.kind)
    return better and 2 * rival.overlap(event) >= event.frames
