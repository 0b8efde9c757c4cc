"""Runs a stepping graph: samples come in blocks of any size, whole frames go to the graph with the state before them.

The graph's contract is told in learn/stream.py: `samples` [1, (F - 1) * hop + size] and `state_k` in, `answers` [1, F, K] and
`next_k` out; hop and size stand in stream.json.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import final

import numpy as np

from aural.errors import ModelRefused
from aural.models.face import StreamingScorer
from aural.models.runtime import Runtime, Session

GRAPH, SIZES = "stream.onnx", "stream.json"


@dataclass(frozen=True, eq=False)
class Heard:
    """A stream so far: samples [T] that later frames still need, the graph's state, samples heard and frames told in all."""

    samples: np.ndarray
    state: tuple[np.ndarray, ...]
    count: int
    told: int


@final
class Stream:
    """A stepping graph. It keeps nothing between calls: the state is passed in and out."""

    def __init__(self, session: Session, hop: int, size: int) -> None:
        self._session, self._hop, self._size = session, hop, size
        self._states = tuple(n for n in session.inputs if n != "samples")

    def start(self) -> Heard:
        """The state before the first sample."""
        zeros = tuple(np.zeros([int(n or 0) for n in self._session.shape(name)], np.float32) for name in self._states)
        return Heard(np.zeros(0, np.float32), zeros, 0, 0)

    def step(self, heard: Heard, samples: np.ndarray) -> tuple[Heard, np.ndarray]:
        """Any number of samples [T] -> the next state and the frames [F, K] that are whole now."""
        held = np.concatenate([heard.samples, np.asarray(samples, np.float32)])
        frames = max(0, (len(held) - self._size) // self._hop + 1)
        return self._run(heard, held, heard.count + len(samples), frames)

    def finish(self, heard: Heard) -> np.ndarray:
        """The frames [F, K] still owed, with zeros behind the last sample."""
        frames = -(-heard.count // self._hop) - heard.told
        missing = max(0, (frames - 1) * self._hop + self._size - len(heard.samples))
        return self._run(heard, np.pad(heard.samples, (0, missing)), heard.count, frames)[1]

    def _run(self, heard: Heard, held: np.ndarray, count: int, frames: int) -> tuple[Heard, np.ndarray]:
        if frames <= 0:
            return Heard(held, heard.state, count, heard.told), np.zeros((0, self._outputs()), np.float32)
        feeds = {
            "samples": held[None, : (frames - 1) * self._hop + self._size],
            **dict(zip(self._states, heard.state, strict=True)),
        }
        answers, *state = self._session.run(feeds, ["answers", *(n.replace("state", "next") for n in self._states)])
        return Heard(held[frames * self._hop :], tuple(state), count, heard.told + frames), np.asarray(answers[0])

    def _outputs(self) -> int:
        """K, which a call that gives no frame has, too."""
        return int(self._session.width("answers"))


def opened(folder: Path, runtime: Runtime) -> Stream:
    """The stream of a model folder. Raises: ModelMissing, ModelRefused when a file is damaged."""
    session = runtime.session(folder / GRAPH)
    told = _sizes(folder)
    return Stream(session, told["hop"], told["size"])


def hop_of(folder: Path) -> float:
    """The step (s) of a frame of the stream in a model folder. Raises: ModelRefused when a file is damaged."""
    told = _sizes(folder)
    return told["hop"] / told["sample_rate"]


def _sizes(folder: Path) -> dict[str, int]:
    try:
        plain = json.loads((folder / SIZES).read_text(encoding="utf-8"))
        return {name: int(plain[name]) for name in ("hop", "size", "sample_rate")}
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise ModelRefused(f"this file cannot be read ({error})", where=str(folder / SIZES)) from error


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
