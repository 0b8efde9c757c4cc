"""Recognizers that hear no words, for tests of what else a recognizer is asked."""

from __future__ import annotations

from abc import ABC
from collections.abc import Sequence

import numpy as np

from aural.models.face import Aligner, Decoding, Hypothesis, TextScorer
from aural.results import Word


class Deaf(Aligner, ABC):
    """It writes nothing; how a text lies over the sound is left to the test."""

    def close(self) -> None: ...

    def recognize(
        self, samples: np.ndarray, lengths: np.ndarray, decoding: Decoding, speech: Sequence[np.ndarray] | None = None
    ) -> list[Hypothesis]:
        return []


class DeafScorer(Deaf, TextScorer, ABC):
    """It writes nothing and lays nothing; how likely a text is, is left to the test."""

    def align(
        self, samples: np.ndarray, text: str, speech: np.ndarray | None = None, language: str | None = None
    ) -> tuple[Word, ...]:
        return ()
