"""Runs a model folder of the kind "stream": a stepping graph alone (stream.onnx, stream.json), whose frames are the answers."""

from __future__ import annotations

from pathlib import Path
from typing import final

import numpy as np

from aural.models.card import Card
from aural.models.engines import _stepping
from aural.models.face import Model, StreamingScorer
from aural.models.runtime import Runtime


@final
class Stepped(StreamingScorer):
    """A stepping graph: answers [F, K] as the samples come."""

    def __init__(self, card: Card, stream: _stepping.Stream) -> None:
        self.card, self._stream = card, stream

    def close(self) -> None:
        """The session goes with the object."""

    def score(self, samples: np.ndarray, lengths: np.ndarray) -> np.ndarray:
        """samples [B, T], lengths [B] -> [B, F, K]; zeros behind the end of the shorter ones."""
        return _stepping.scored(self, samples, lengths)

    def start(self) -> _stepping.Heard:
        return self._stream.start()

    def step(self, state: _stepping.Heard, samples: np.ndarray) -> tuple[_stepping.Heard, np.ndarray]:
        return self._stream.step(state, samples)

    def finish(self, state: _stepping.Heard) -> np.ndarray:
        return self._stream.finish(state)


def open(folder: Path, card: Card, runtime: Runtime) -> Model:
    """The stepping graph of a model folder. Raises: ModelRefused."""
    return Stepped(card, _stepping.opened(folder, runtime))
