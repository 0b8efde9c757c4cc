"""The roles that a model can fill: one abstract class each, over a padded batch with true lengths.

Letters: B batch, T samples, F frames, K classes, D width, N sources. Samples are float32 at
`card.sample_rate`, mono, nominally -1..1. A model keeps no state between calls.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from aural.models.card import Card
from aural.results import Word


@dataclass(frozen=True)
class Decoding:
    """How a recognizer is asked. Times are relative to the start of each row.

    `allow_empty` False: somebody is known to speak, so nothing is no answer (where a model can be told).
    """

    language: str | None = None
    task: str = "transcribe"
    hotwords: tuple[str, ...] = ()
    beam: int = 1
    n_best: int = 1
    word_times: bool = True
    lm: Any = None
    allow_empty: bool = True


@dataclass(frozen=True)
class Hypothesis:
    """One reading of one row. `words` carry times (s) from the row's start; `scores`: avg_logprob,
    no_speech_prob, language_probability, repetition ...; `tokens` and their `logprobs` where there are any."""

    text: str
    words: tuple[Word, ...] | None = None
    language: str | None = None
    tokens: tuple[int, ...] = ()
    logprobs: tuple[float, ...] = ()
    scores: Mapping[str, float] = field(default_factory=dict)
    alternatives: tuple[str, ...] = ()


class Model(ABC):
    """Anything with a card that can be opened and closed."""

    card: Card

    def __enter__(self) -> Model:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @abstractmethod
    def close(self) -> None:
        """Free what the model holds; it cannot be used afterwards."""


class Scorer(Model):
    """Answers a card's question with probabilities or values: [B, K] over clips, [B, F, K] over frames."""

    @abstractmethod
    def score(self, samples: np.ndarray, lengths: np.ndarray) -> np.ndarray:
        """samples [B, T], lengths [B] -> [B, K] or [B, F, K]; frame f stands at f * card.hop seconds."""


class StreamingScorer(Scorer):
    """A scorer that also runs block by block, with its state passed in and out."""

    @abstractmethod
    def start(self) -> Any:
        """The state before the first sample."""

    @abstractmethod
    def step(self, state: Any, samples: np.ndarray) -> tuple[Any, np.ndarray]:
        """Consumes `state` and any number of samples [T]; gives the next state and the new frames [F, K]."""

    @abstractmethod
    def finish(self, state: Any) -> np.ndarray:
        """The frames [F, K] still owed when the recording ends (the last one padded with zeros)."""


class Embedder(Model):
    """Turns sound into vectors of unit length."""

    @abstractmethod
    def embed(self, samples: np.ndarray, lengths: np.ndarray, weights: Sequence[np.ndarray] | None = None) -> np.ndarray:
        """samples [B, T] -> [B, D], unit length. `weights`: per row, values in 0..1 on any even grid over the row."""


class FrameEmbedder(Embedder):
    """An embedder that runs its net once over a stretch and then pools any parts of it, which costs next to nothing."""

    @abstractmethod
    def frames(self, samples: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
        """samples [T] -> frames [F, W]; the middle of frame f stands at f * card.hop + card.calibration["center"] s.

        `weights`: values in 0..1 on any even grid over the samples; a front end that takes out the mean of the
        stretch takes that of these parts, so that silence between voices does not shift them.
        """

    @abstractmethod
    def pooled(self, frames: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """frames [F, W], weights [K, F] at least 0 -> [K, D], unit length."""


class Recognizer(Model):
    """Turns speech into text."""

    @abstractmethod
    def recognize(
        self, samples: np.ndarray, lengths: np.ndarray, decoding: Decoding, speech: Sequence[np.ndarray] | None = None
    ) -> list[Hypothesis]:
        """samples [B, T], lengths [B] -> one hypothesis a row.

        `speech`: per row, the voice probability of each 32 ms; it keeps words out of silence.
        """


class LanguageGuesser(Model):
    """Tells the language of speech."""

    @abstractmethod
    def languages(self, samples: np.ndarray, lengths: np.ndarray) -> list[dict[str, float]]:
        """Per row: language code -> probability, all languages of the card."""
