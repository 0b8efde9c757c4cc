"""Runs a model folder of the kind "onnx": one graph that takes samples and lengths and gives answers; streamed where it can be."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import final

import numpy as np

from aural.metrics.calibration import warmed
from aural.models.card import Card
from aural.models.engines import _stepping
from aural.models.face import Embedder, Model, Scorer, StreamingScorer
from aural.models.runtime import Runtime
from aural.models.sound_graph import SoundGraph

GRAPH = "model.onnx"
_VECTORS = ("speaker_embedding",)  # roles whose answers are directions, and no scores
_COUNTS = 0.5  # weight from which on a moment is heard
_LEAST = 0.5  # s of what counts below which the whole row is heard


@final
class OnnxScorer(Scorer):
    """Answers of a graph with the inputs samples [B, T] and lengths [B] and the output answers [B, K] or [B, F, K].

    Probabilities of classes are brought to the card's temperature.
    """

    def __init__(self, card: Card, graph: SoundGraph) -> None:
        self.card, self._graph = card, graph

    def close(self) -> None:
        """The session goes with the object."""

    def score(self, samples: np.ndarray, lengths: np.ndarray) -> np.ndarray:
        return calibrated(self._graph.answers(samples, lengths), self.card)


@final
class OnnxStreamer(StreamingScorer):
    """An OnnxScorer whose folder also holds a stepping graph; that one is opened when a stream begins."""

    def __init__(self, scorer: OnnxScorer, folder: Path, runtime: Runtime) -> None:
        self.card, self._scorer, self._folder, self._runtime = scorer.card, scorer, folder, runtime
        self._stream: _stepping.Stream | None = None

    def close(self) -> None:
        """The sessions go with the object."""

    def score(self, samples: np.ndarray, lengths: np.ndarray) -> np.ndarray:
        return self._scorer.score(samples, lengths)

    def start(self) -> _stepping.Heard:
        return self._graph().start()

    def step(self, state: _stepping.Heard, samples: np.ndarray) -> tuple[_stepping.Heard, np.ndarray]:
        state, answers = self._graph().step(state, samples)
        return state, calibrated(answers, self.card)

    def finish(self, state: _stepping.Heard) -> np.ndarray:
        return calibrated(self._graph().finish(state), self.card)

    def _graph(self) -> _stepping.Stream:
        if self._stream is None:
            self._stream = _stepping.opened(self._folder, self._runtime)
        return self._stream


@final
class OnnxEmbedder(Embedder):
    """Answers [B, D] of a graph, brought to unit length. Of weighted rows only what counts is heard, joined."""

    def __init__(self, card: Card, graph: SoundGraph) -> None:
        self.card, self._graph = card, graph

    def close(self) -> None:
        """The session goes with the object."""

    def embed(self, samples: np.ndarray, lengths: np.ndarray, weights: Sequence[np.ndarray] | None = None) -> np.ndarray:
        rows = [row[: int(length)] for row, length in zip(samples, lengths, strict=True)]
        if weights is not None:
            rows = [self._counted(row, np.asarray(w)) for row, w in zip(rows, weights, strict=True)]
        found = np.stack([self._graph.rows(row[None], np.array([len(row)]))[0] for row in rows])
        return np.asarray(found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-9))

    def _counted(self, row: np.ndarray, weights: np.ndarray) -> np.ndarray:
        place = np.minimum((np.arange(len(row)) * len(weights)) // max(len(row), 1), len(weights) - 1)
        kept = row[weights[place] >= _COUNTS] if len(weights) else row
        return kept if len(kept) >= _LEAST * self.card.sample_rate else row


def calibrated(answers: np.ndarray, card: Card) -> np.ndarray:
    """Probabilities of classes at the card's temperature."""
    temperature = card.calibration.get("temperature", 1.0)
    return answers if temperature == 1.0 or not len(answers) else np.asarray(warmed(answers, temperature), np.float32)


def open(folder: Path, card: Card, runtime: Runtime) -> Model:
    """The scorer or embedder of a model folder, as its card's role says."""
    graph = SoundGraph(card, runtime.session(folder / GRAPH), runtime)
    if card.role in _VECTORS:
        return OnnxEmbedder(card, graph)
    scorer = OnnxScorer(card, graph)
    return OnnxStreamer(scorer, folder, runtime) if (folder / _stepping.GRAPH).is_file() else scorer
