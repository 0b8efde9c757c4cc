"""Runs a model folder of the kind "ctc": a graph from samples to token chances each frame, read greedily as words."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import final

import numpy as np

from aural.models.card import Card
from aural.models.face import Decoding, Hypothesis, Model, Recognizer
from aural.models.runtime import Runtime, Session
from aural.results import Word

GRAPH = "model.onnx"
_LEAST = 1e-10


@final
class CtcRecognizer(Recognizer):
    """Answers of a graph with the inputs samples [B, T] and lengths [B]: chances [B, F, K + 1], class 0 the blank.

    The likeliest class of each frame is taken, repeats are joined and blanks fall away (Graves et al. 2006); class k is the
    card's label k - 1, a word.
    """

    def __init__(self, card: Card, session: Session) -> None:
        self.card, self._session = card, session

    def close(self) -> None:
        """The session goes with the object."""

    def recognize(
        self, samples: np.ndarray, lengths: np.ndarray, decoding: Decoding, speech: Sequence[np.ndarray] | None = None
    ) -> list[Hypothesis]:
        feeds: dict[str, np.ndarray] = {"samples": np.ascontiguousarray(samples, np.float32), "lengths": lengths.astype(np.int64)}
        answers, frames = self._session.run(feeds, ["answers", "frames"])
        rows = zip(answers, frames, lengths, strict=True)
        return [self._read(row[: int(count)], int(length) / self.card.sample_rate, decoding) for row, count, length in rows]

    def _read(self, chances: np.ndarray, seconds: float, decoding: Decoding) -> Hypothesis:
        """One row's words, each from its first frame to its last. `avg_logprob` is the mean over the words."""
        hop = self.card.hop or 0.0
        words, logs, tokens = [], [], []
        for token, first, last in runs(chances):
            chance = float(chances[first:last, token].max())
            text = self.card.labels[token - 1]
            end = max(min(last * hop, seconds), first * hop + 0.001)
            words.append(Word(first * hop, end, text, confidence=min(chance, 1.0)))
            logs.append(float(np.log(max(chance, _LEAST))))
            tokens.append(token)
        text = " ".join(w.text for w in words)
        scores = {"avg_logprob": float(np.mean(logs))} if logs else {}
        return Hypothesis(text, tuple(words) if decoding.word_times else None, None, tuple(tokens), tuple(logs), scores)


def runs(chances: np.ndarray) -> list[tuple[int, int, int]]:
    """(token, first frame, last frame + 1) of each run of a token other than the blank in chances [F, K + 1]."""
    if not len(chances):
        return []
    best = chances.argmax(axis=1)
    edges = np.concatenate([[0], np.flatnonzero(np.diff(best)) + 1, [len(best)]])
    return [(int(best[a]), int(a), int(b)) for a, b in itertools.pairwise(edges) if best[a]]


def open(folder: Path, card: Card, runtime: Runtime) -> Model:
    """The recognizer of a model folder."""
    return CtcRecognizer(card, runtime.session(folder / GRAPH))
