"""Runs a model folder of the kind "linear": clip features that the card's `input` names, and one layer over them."""

from __future__ import annotations

from pathlib import Path
from typing import final

import numpy as np

from aural.errors import ModelRefused, UsageError, reason
from aural.metrics.calibration import warmed
from aural.models import tensors
from aural.models.card import Card
from aural.models.face import Model, Scorer
from aural.models.features import Ear
from aural.models.runtime import Runtime
from aural.patterns.linear import Linear, Link

FILE = "linear.safetensors"
_LINKS: dict[str, Link] = {"class": "softmax", "set": "sigmoid", "number": "identity"}


@final
class LinearScorer(Scorer):
    """Probabilities of classes (at the card's temperature), of labels one by one, or numbers: [B, K]."""

    def __init__(self, card: Card, ear: Ear, layer: Linear) -> None:
        self.card, self._ear, self._layer = card, ear, layer

    def score(self, samples: np.ndarray, lengths: np.ndarray) -> np.ndarray:
        """samples [B, T] 16 kHz, lengths [B] -> [B, K]. Each row is heard alone, so that padding changes nothing."""
        heard = [self._ear.hear(row[: int(n)]) for row, n in zip(samples, lengths, strict=True)]
        if not heard:
            return np.zeros((0, len(self._layer.bias)), np.float32)
        if len(heard[0]) != len(self._layer.mean):
            raise ModelRefused(
                f"the model takes {len(self._layer.mean)} numbers a clip, and {self.card.input} gives {len(heard[0])}"
            )
        told = self._layer.predict(np.stack(heard))
        temperature = self.card.calibration.get("temperature", 1.0)
        if self._layer.link == "softmax" and temperature != 1.0:
            told = warmed(told, temperature)
        return np.asarray(told, np.float32)

    def close(self) -> None:
        self._ear.close()


def write(folder: Path, layer: Linear) -> None:
    """Write a layer into a model folder."""
    arrays = {"mean": layer.mean, "scale": layer.scale, "weights": layer.weights, "bias": layer.bias}
    tensors.write(folder / FILE, {name: np.asarray(array, np.float64) for name, array in arrays.items()})


def open(folder: Path, card: Card, runtime: Runtime) -> Model:
    """The scorer of a model folder. Raises: ModelRefused for arrays or a card that do not fit together."""
    if card.question is None or card.question.over != "clip":
        raise ModelRefused("a linear model answers for clips, and its card asks something else", where=str(folder))
    arrays = tensors.read(folder / FILE)
    try:
        mean, scale, weights, bias = (np.asarray(arrays[n], np.float64) for n in ("mean", "scale", "weights", "bias"))
        fits = mean.shape == scale.shape == weights.shape[1:] and weights.shape[:1] == bias.shape == (len(card.labels),)
    except (KeyError, ValueError) as error:
        raise ModelRefused(
            f"the arrays of a linear model are missing or damaged ({reason(error)})", where=str(folder / FILE)
        ) from None
    if not fits or not all(np.isfinite(a).all() for a in (mean, scale, weights, bias)) or not (scale > 0).all():
        raise ModelRefused("the arrays of this linear model do not fit each other or its labels", where=str(folder / FILE))
    try:
        ear = Ear(card.input, runtime)
    except UsageError as error:
        raise ModelRefused(f"its card asks for unknown features ({error.what})", where=card.name, fix=error.fix) from None
    return LinearScorer(card, ear, Linear(mean, scale, weights, bias, _LINKS[card.question.answer]))
