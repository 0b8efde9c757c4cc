"""Runs a stepping graph: samples come in blocks of any size, whole frames go to the graph with the state before them.

The graph's contract is told in learn/stepping.py: `samples` [1, (F - 1) * hop + size] and `state_k` in, `answers`
[1, F / stride, K] and `next_k` out; a graph that hears in chunks is told in `ahead` how many frames each may look ahead. Sizes
stand in stream.json.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import final

import numpy as np

from aural.errors import ModelRefused, UsageError, reason
from aural.models.face import StreamingScorer
from aural.models.runtime import Runtime, Session

GRAPH, SIZES = "stream.onnx", "stream.json"


@dataclass(frozen=True)
class Sizes:
    """Samples of a feature's step and of its window, Hz, features of a frame, and the lookaheads (frames) to choose from."""

    hop: int
    size: int
    sample_rate: int
    stride: int = 1
    lookaheads: tuple[int, ...] = ()

    @property
    def step(self) -> float:
        """The step of a frame (s)."""
        return self.hop * self.stride / self.sample_rate

    def ahead(self, seconds: float | None) -> int:
        """The lookahead of so many seconds in frames, the longest where none is asked for. Raises: UsageError."""
        if seconds is None:
            return max(self.lookaheads, default=0)
        offered = {round(1000 * k * self.step): k for k in self.lookaheads or (0,)}
        if round(1000 * seconds) not in offered:
            known = ", ".join(map(str, offered))
            raise UsageError(f"this model has no lookahead of {1000 * seconds:g} ms", where="--lookahead", fix=f"It has: {known}")
        return offered[round(1000 * seconds)]


@dataclass(frozen=True, eq=False)
class Heard:
    """A stream so far: samples [T] that later features still need, the graph's state, samples heard and features told in all, and
    the frames that each may look ahead."""

    samples: np.ndarray
    state: tuple[np.ndarray, ...]
    count: int
    told: int
    ahead: int = 0


@final
class Stream:
    """A stepping graph. It keeps nothing between calls: the state is passed in and out."""

    def __init__(self, session: Session, sizes: Sizes) -> None:
        self._session, self.sizes = session, sizes
        self._states = tuple(n for n in session.inputs if n.startswith("state"))

    def start(self, lookahead: float | None = None) -> Heard:
        """The state before the first sample; `lookahead` (s) for a graph that hears in chunks. Raises: UsageError."""
        zeros = tuple(np.zeros([int(n or 0) for n in self._session.shape(name)], np.float32) for name in self._states)
        return Heard(np.zeros(0, np.float32), zeros, 0, 0, self.sizes.ahead(lookahead))

    def step(self, heard: Heard, samples: np.ndarray) -> tuple[Heard, np.ndarray]:
        """Any number of samples [T] -> the next state and the frames [F, K] that are whole now."""
        held = np.concatenate([heard.samples, np.asarray(samples, np.float32)])
        features = max(0, (len(held) - self.sizes.size) // self.sizes.hop + 1)
        features -= features % (self.sizes.stride * (heard.ahead + 1))
        return self._run(heard, held, heard.count + len(samples), features)

    def finish(self, heard: Heard) -> np.ndarray:
        """The frames [F, K] still owed, with zeros behind the last sample."""
        features = -(-heard.count // self.sizes.hop) - heard.told
        missing = max(0, (features - 1) * self.sizes.hop + self.sizes.size - len(heard.samples))
        return self._run(heard, np.pad(heard.samples, (0, missing)), heard.count, features)[1]

    def whole(self, samples: np.ndarray, lookahead: float | None = None) -> np.ndarray:
        """The frames [F, K] of a whole recording [T]. Raises: UsageError for a lookahead that there is not."""
        heard, told = self.step(self.start(lookahead), samples)
        return np.concatenate([told, self.finish(heard)])

    def _run(self, heard: Heard, held: np.ndarray, count: int, features: int) -> tuple[Heard, np.ndarray]:
        if features <= 0:
            return Heard(held, heard.state, count, heard.told, heard.ahead), np.zeros((0, self._outputs()), np.float32)
        hop, size = self.sizes.hop, self.sizes.size
        feeds = {"samples": held[None, : (features - 1) * hop + size], **dict(zip(self._states, heard.state, strict=True))}
        if self.sizes.lookaheads:
            feeds["ahead"] = np.array([heard.ahead], np.int64)
        answers, *state = self._session.run(feeds, ["answers", *(n.replace("state", "next") for n in self._states)])
        return Heard(held[features * hop :], tuple(state), count, heard.told + features, heard.ahead), np.asarray(answers[0])

    def _outputs(self) -> int:
        """K, which a call that gives no frame has, too."""
        return int(self._session.width("answers"))


def opened(folder: Path, runtime: Runtime) -> Stream:
    """The stream of a model folder. Raises: ModelMissing, ModelRefused when a file is damaged."""
    session = runtime.single.session(folder / GRAPH)
    return Stream(session, sizes_of(folder))


def hop_of(folder: Path) -> float:
    """The step (s) of a frame of the stream in a model folder. Raises: ModelRefused when a file is damaged."""
    return sizes_of(folder).step


def sizes_of(folder: Path) -> Sizes:
    """What stream.json tells. Raises: ModelRefused when it is damaged."""
    try:
        plain = json.loads((folder / SIZES).read_text(encoding="utf-8"))
        hop, size, rate = (int(plain[name]) for name in ("hop", "size", "sample_rate"))
        found = Sizes(hop, size, rate, int(plain.get("stride", 1)), tuple(int(k) for k in plain.get("lookaheads", ())))
        if min(hop, size, rate, found.stride) < 1 or min(found.lookaheads, default=0) < 0:
            raise ValueError("a size is not positive")
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise ModelRefused(f"this file cannot be read ({reason(error)})", where=str(folder / SIZES)) from error
    return found


def scored(model: StreamingScorer, samples: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """Rows [B, T] of true lengths [B], each heard as a stream of its own -> [B, F, K], zeros behind the end of the shorter ones."""
    rows = []
    for row, length in zip(samples, lengths, strict=True):
        state, told = model.step(model.start(), row[: int(length)])
        rows.append(np.concatenate([told, model.finish(state)]))
    out = np.zeros((len(rows), max((len(r) for r in rows), default=0), len(model.card.labels)), np.float32)
    for place, told in zip(out, rows, strict=True):
        place[: len(told)] = told
    return out
