"""Runs a model folder of the kind "phones": the shipped listener with one layer on top that names the phone of each frame.

The folder holds phones.safetensors: `weights` [K, D] and `bias` [K] over what the listener tells, `prior` [K] (log-probabilities of
the phones), and `costs` [K, K], what it costs to go from the phone of a row to that of a column.
"""

from __future__ import annotations

from pathlib import Path
from typing import final

import numpy as np

from aural.errors import ModelRefused
from aural.models import tensors
from aural.models.card import Card
from aural.models.engines import _stepping
from aural.models.face import Model, StreamingScorer
from aural.models.runtime import Runtime

FILE = "phones.safetensors"
LISTENER = "listener"  # the folder beside, where this one has no stream of its own


@final
class PhoneScorer(StreamingScorer):
    """Log-probabilities [F, K] of phones, one row each 20 ms, class 0 silence."""

    def __init__(self, card: Card, stream: _stepping.Stream, arrays: dict[str, np.ndarray]) -> None:
        self.card, self._stream, self._arrays = card, stream, arrays

    @property
    def prior(self) -> np.ndarray:
        """Log-probabilities [K] of the phones, whatever is heard."""
        return self._arrays["prior"]

    @property
    def costs(self) -> np.ndarray:
        """Costs [K, K] in nats of going from one phone to another."""
        return self._arrays["costs"]

    def close(self) -> None:
        """The session goes with the object."""

    def score(self, samples: np.ndarray, lengths: np.ndarray) -> np.ndarray:
        """samples [B, T] 16 kHz, lengths [B] -> [B, F, K]; zeros behind the end of the shorter ones."""
        return _stepping.scored(self, samples, lengths)

    def start(self) -> _stepping.Heard:
        return self._stream.start()

    def step(self, state: _stepping.Heard, samples: np.ndarray) -> tuple[_stepping.Heard, np.ndarray]:
        state, frames = self._stream.step(state, samples)
        return state, self._named(frames)

    def finish(self, state: _stepping.Heard) -> np.ndarray:
        return self._named(self._stream.finish(state))

    def _named(self, frames: np.ndarray) -> np.ndarray:
        raw = frames @ self._arrays["weights"].T + self._arrays["bias"]
        top = raw.max(axis=1, keepdims=True)
        return np.asarray(raw - top - np.log(np.exp(raw - top).sum(axis=1, keepdims=True)), np.float32)


def open(folder: Path, card: Card, runtime: Runtime) -> Model:
    """The scorer of a model folder. Raises: ModelMissing, ModelRefused for arrays that do not fit the card."""
    arrays = tensors.read(folder / FILE)
    count = len(card.labels)
    try:
        found = {name: np.asarray(arrays[name], np.float32) for name in ("weights", "bias", "prior", "costs")}
    except KeyError as error:
        raise ModelRefused(f"the array {error} is missing", where=str(folder / FILE)) from None
    fits = found["weights"].shape[:1] == found["bias"].shape == found["prior"].shape == (count,)
    if not fits or found["costs"].shape != (count, count) or not all(np.isfinite(a).all() for a in found.values()):
        raise ModelRefused("the arrays do not fit each other or the card's labels", where=str(folder / FILE))
    own = folder if (folder / _stepping.GRAPH).is_file() else folder.parent / LISTENER
    return PhoneScorer(card, _stepping.opened(own, runtime), found)
