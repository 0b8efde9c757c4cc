"""Frames of the listener, and which windows over them mean a phrase."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

_EARLY, _LATE = 0.04, 0.28  # s around the end of a phrase in which it counts as said


@dataclass(eq=False)
class Store:
    """Frames [F, D] one after the other, and where windows over them may end: no window reaches over two recordings."""

    frames: np.ndarray
    ends: np.ndarray
    truth: np.ndarray

    def windows(self, chosen: np.ndarray, width: int, stretch: np.ndarray | float = 1.0) -> np.ndarray:
        """The windows [N, W, D] that end at the chosen ones of `ends`, their time stretched by `stretch` [N, 1]."""
        behind = np.round(np.arange(1 - width, 1)[None, :] * stretch).astype(int)
        return self.frames[np.maximum(0, self.ends[chosen][:, None] + behind)]


def marked(frames: np.ndarray, phrase: int | None, count: int, end: float, hop: float, width: int) -> Store:
    """What windows over a clip mean: the phrase where they end with it, nothing where less than most of it was said."""
    ends = np.arange(width, len(frames))
    truth = np.zeros((len(ends), count), np.float32)
    if phrase is None:
        return Store(frames, ends, truth)
    times = (ends + 1) * hop
    said = (times >= end - _EARLY) & (times <= end + _LATE)
    truth[said, phrase] = 1.0
    clear = said | (times < end - max(0.25, 4 * _EARLY))
    return Store(frames, ends[clear], truth[clear])


def unsaid(count: int, width: int) -> tuple[np.ndarray, np.ndarray]:
    """Ends and truth of all windows over so many frames in which no phrase is said."""
    ends = np.arange(width, max(width, count))
    return ends, np.zeros((len(ends), 1), np.float32)


def joined(stores: Sequence[Store]) -> Store:
    """One store of all; a truth of one column stands for none of any number of phrases."""
    width = max(s.truth.shape[1] for s in stores)
    starts = np.cumsum([0, *(len(s.frames) for s in stores[:-1])])
    truth = [s.truth if s.truth.shape[1] == width else np.zeros((len(s.truth), width), np.float32) for s in stores]
    return Store(
        np.concatenate([s.frames for s in stores]),
        np.concatenate([s.ends + at for s, at in zip(stores, starts, strict=True)]),
        np.concatenate(truth),
    )
