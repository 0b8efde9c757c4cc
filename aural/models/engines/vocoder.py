"""Runs a model folder of the kind "vocoder": one graph that takes a log-mel spectrogram and gives samples."""

from __future__ import annotations

from pathlib import Path
from typing import final

import numpy as np

from aural.models.card import Card
from aural.models.face import Vocoder, check_rate
from aural.models.runtime import Runtime, Session

GRAPH = "model.onnx"


@final
class OnnxVocoder(Vocoder):
    """A graph with the input mel [B, M, F] and the output samples [B, F * hop]; some also take noise [B, F * hop]."""

    def __init__(self, card: Card, session: Session) -> None:
        self.card, self._session = card, session

    def close(self) -> None:
        """The session goes with the object."""

    def sound(self, log_mel: np.ndarray, sample_rate: int) -> np.ndarray:
        check_rate(self.card, sample_rate)
        mel = np.ascontiguousarray(log_mel, np.float32)[None]
        if mel.shape[2] < 2:  # the graph's least
            mel = np.concatenate([mel, mel], axis=2)
        feeds = {"mel": mel}
        if "noise" in self._session.inputs:
            steps = mel.shape[2] * round((self.card.hop or 0.0) * self.card.sample_rate)
            feeds["noise"] = np.random.default_rng(0).logistic(size=(1, steps)).astype(np.float32)
        samples = self._session.run(feeds, ["samples"])[0][0]
        return np.asarray(samples[: len(samples) * log_mel.shape[1] // mel.shape[2]], np.float32)


def open(folder: Path, card: Card, runtime: Runtime) -> OnnxVocoder:
    """The vocoder of a model folder."""
    return OnnxVocoder(card, runtime.session(folder / GRAPH))
