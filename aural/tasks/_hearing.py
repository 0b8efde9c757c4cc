"""Walks a scorer over the blocks of a recording of any length: the shared part of tag, detect, segment and gender."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import final

import numpy as np

from aural.models.face import Scorer
from aural.progress import Progress
from aural.sound.sound import Sound
from aural.sound.source import Source

_UNSAID_WINDOW = 10.0  # s, for a clip scorer whose card names no window


@dataclass(frozen=True, eq=False)
class Heard:
    """Frames in a row: the number of the first, probabilities [F, K], and level [F], the root mean square of the
    samples that each frame looks at."""

    first: int
    probabilities: np.ndarray
    level: np.ndarray


@dataclass(frozen=True)
class Grid:
    """How a model's frames lie: window and hop in samples at `rate`."""

    window: int
    hop: int
    rate: int

    def span(self, frame: int, count: int = 1) -> tuple[float, float]:
        """Seconds for which `count` frames from `frame` on speak: the middle of their windows, one hop for each."""
        edge = (self.window - self.hop) / 2
        return max(0.0, (frame * self.hop + edge) / self.rate), ((frame + count) * self.hop + edge) / self.rate


def grid_of(model: Scorer, most: float | None = None) -> Grid:
    """The grid of a model: its own frames, or windows laid end to end where it answers whole clips (of at most `most` s)."""
    card = model.card
    window = card.window or card.hop or card.longest_input or _UNSAID_WINDOW
    if most is not None and card.hop is None:
        window = min(window, most)
    return Grid(round(window * card.sample_rate), round((card.hop or window) * card.sample_rate), card.sample_rate)


@final
class Walk:
    """Hands samples on to a model, window by window; where the blocks are cut does not matter.

    Only windows that are still open are kept, so memory does not grow.
    """

    def __init__(self, model: Scorer, most: float | None = None) -> None:
        self.grid = grid_of(model, most)
        self._model = model
        self._held, self._frame = np.zeros(0, np.float32), 0

    def push(self, samples: np.ndarray) -> list[Heard]:
        """The frames that the samples [t] at the model's rate complete."""
        held, grid = np.concatenate([self._held, samples]), self.grid
        ready = (len(held) - grid.window) // grid.hop + 1 if len(held) >= grid.window else 0
        self._held = held[ready * grid.hop :]
        if not ready:
            return []
        self._frame += ready
        return [_answer(self._model, grid, held[: (ready - 1) * grid.hop + grid.window], self._frame - ready, ready)]

    def finish(self) -> list[Heard]:
        """The last frame, where samples are left that no frame has seen; the model completes its window."""
        held, self._held = self._held, np.zeros(0, np.float32)
        if len(held) and (self._frame == 0 or len(held) > self.grid.window - self.grid.hop):
            return [_answer(self._model, self.grid, held, self._frame, 1)]
        return []


def hear(blocks: Iterable[np.ndarray], model: Scorer) -> Iterator[Heard]:
    """Blocks of samples [t] at the model's rate, in sequence -> its frames in sequence, each heard once."""
    walk = Walk(model)
    for block in blocks:
        yield from walk.push(block)
    yield from walk.finish()


def mono_blocks(source: Source, rate: int, progress: Progress, stage: str, seconds: float = 30.0) -> Iterator[np.ndarray]:
    """The samples [t] of a recording, mixed to one channel at `rate`, with progress told."""
    total = source.encoding.promised
    for block in source.blocks(seconds, rate=rate):
        yield samples_of(block)
        progress.step(block.start + block.duration, total, stage)


def samples_of(block: Sound) -> np.ndarray:
    """The samples [t] of a mono block."""
    return np.asarray(block.samples[0], np.float32)


def _answer(model: Scorer, grid: Grid, samples: np.ndarray, frame: int, count: int) -> Heard:
    question = model.card.question
    if question is not None and question.over == "frame":
        probabilities = model.score(samples[None], np.array([len(samples)]))[0, :count]
    else:
        starts = range(0, count * grid.hop, grid.hop)
        rows = [samples[s : s + grid.window] for s in starts]
        probabilities = np.concatenate([model.score(r[None], np.array([len(r)])) for r in rows])
    energy = np.concatenate([[0.0], np.cumsum(samples.astype(np.float64) ** 2)])
    starts_at = np.arange(count) * grid.hop
    ends_at = np.minimum(starts_at + grid.window, len(samples))
    level = np.sqrt(np.maximum(energy[ends_at] - energy[starts_at], 0) / np.maximum(ends_at - starts_at, 1))
    return Heard(frame, probabilities, level)
