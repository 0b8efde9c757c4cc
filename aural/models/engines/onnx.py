"""Runs a model folder of the kind "onnx": one graph that takes samples and lengths and gives answers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import final

import numpy as np

from aural.metrics.calibration import warmed
from aural.models.card import Card
from aural.models.face import Embedder, Model, Scorer
from aural.models.runtime import Runtime, Session

GRAPH = "model.onnx"
_VECTORS = ("speaker_embedding",)  # roles whose answers are directions, and no scores
_COUNTS = 0.5  # weight from which on a moment is heard
_LEAST = 0.5  # s of what counts below which the whole row is heard


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
        answers = _answers(self._session, samples, lengths)
        temperature = self.card.calibration.get("temperature", 1.0)
        return answers if temperature == 1.0 else np.asarray(warmed(answers, temperature), np.float32)


@final
class OnnxEmbedder(Embedder):
    """Answers [B, D] of a graph, brought to unit length. Of weighted rows only what counts is heard, joined."""

    def __init__(self, card: Card, session: Session) -> None:
        self.card, self._session = card, session

    def close(self) -> None:
        """The session goes with the object."""

    def embed(self, samples: np.ndarray, lengths: np.ndarray, weights: Sequence[np.ndarray] | None = None) -> np.ndarray:
        rows = [row[: int(length)] for row, length in zip(samples, lengths, strict=True)]
        if weights is not None:
            rows = [self._counted(row, np.asarray(w)) for row, w in zip(rows, weights, strict=True)]
        found = np.stack([_answers(self._session, row[None], np.array([len(row)]))[0] for row in rows])
        return np.asarray(found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-9))

    def _counted(self, row: np.ndarray, weights: np.ndarray) -> np.ndarray:
        place = np.minimum((np.arange(len(row)) * len(weights)) // max(len(row), 1), len(weights) - 1)
        kept = row[weights[place] >= _COUNTS] if len(weights) else row
        return kept if len(kept) >= _LEAST * self.card.sample_rate else row


def _answers(session: Session, samples: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    feeds: dict[str, np.ndarray] = {"samples": np.ascontiguousarray(samples, np.float32), "lengths": lengths.astype(np.int64)}
    return np.asarray(session.run(feeds, ["answers"])[0])


def open(folder: Path, card: Card, runtime: Runtime) -> Model:
    """The scorer or embedder of a model folder, as its card's role says."""
    session = runtime.session(folder / GRAPH)
    return OnnxEmbedder(card, session) if card.role in _VECTORS else OnnxScorer(card, session)
