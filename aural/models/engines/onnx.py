"""Runs a model folder of the kind "onnx": one graph that takes samples and lengths and gives answers."""

from __future__ import annotations

from pathlib import Path
from typing import final

import numpy as np

from aural.metrics.calibration import warmed
from aural.models.card import Card
from aural.models.face import Model, Scorer
from aural.models.runtime import Runtime, Session

GRAPH = "model.onnx"


@final
class OnnxScorer(Scorer):
    """Answers of a graph with the inputs samples [B, T] and lengths [B] and the output answers [B, K] or [B, F, K].

    Probabilities of classes are brought to the card's temperature.
    """

    def __init__(self, card: Card, session: Session) -> None:
        self.card, self._session = card, session

    def close(self) -> None:
        """The session goes with the object."""

    def score(self, samples: np.ndarray, lengths: np.ndarray) -> np.ndarray:
        feeds: dict[str, np.ndarray] = {"samples": np.ascontiguousarray(samples, np.float32), "lengths": lengths.astype(np.int64)}
        answers = self._session.run(feeds, ["answers"])[0]
        temperature = self.card.calibration.get("temperature", 1.0)
        return answers if temperature == 1.0 else np.asarray(warmed(answers, temperature), np.float32)


def open(folder: Path, card: Card, runtime: Runtime) -> Model:
    """The scorer of a model folder."""
    return OnnxScorer(card, runtime.session(folder / GRAPH))
