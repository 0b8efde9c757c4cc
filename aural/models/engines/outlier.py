"""Runs a model folder of the kind "outlier": how far a clip lies from normal ones, as one number."""

from __future__ import annotations

from pathlib import Path
from typing import final

import numpy as np

from aural.errors import ModelRefused, UsageError, reason
from aural.models import tensors
from aural.models.card import Card
from aural.models.face import Model, Scorer
from aural.models.features import Ear
from aural.models.runtime import Runtime
from aural.patterns.gaussian import Gaussian
from aural.patterns.nearest import Neighbors

FILE = "outlier.safetensors"
THRESHOLD = "anomalous"  # the operating point from which on a clip is told to be no normal one


@final
class OutlierScorer(Scorer):
    """The distance [B, 1] of clips from normal ones: 0 or more, `card.operating_points["anomalous"]` is the border."""

    def __init__(self, card: Card, ear: Ear, mean: np.ndarray, scale: np.ndarray, normal: Gaussian | Neighbors) -> None:
        self.card, self._ear, self._mean, self._scale, self._normal = card, ear, mean, scale, normal
        self._k = round(card.calibration.get("neighbors", 1.0))

    def score(self, samples: np.ndarray, lengths: np.ndarray) -> np.ndarray:
        """samples [B, T] 16 kHz, lengths [B] -> [B, 1]. Each row is heard alone."""
        heard = [self._ear.hear(row[: int(n)]) for row, n in zip(samples, lengths, strict=True)]
        if not heard:
            return np.zeros((0, 1), np.float32)
        if len(heard[0]) != len(self._mean):
            raise ModelRefused(f"the model takes {len(self._mean)} numbers a clip, and {self.card.input} gives {len(heard[0])}")
        points = (np.stack(heard) - self._mean) / self._scale
        return np.asarray(distance(self._normal, points, self._k)[:, None], np.float32)

    def close(self) -> None:
        self._ear.close()


def distance(normal: Gaussian | Neighbors, points: np.ndarray, k: int) -> np.ndarray:
    """How far points [N, D] lie from what is normal: about 1 a number for a Gaussian's own; the mean to k neighbors."""
    if isinstance(normal, Gaussian):
        return np.asarray(np.sqrt(normal.distance(points) / points.shape[1]))
    return normal.distance(points, k)


def write(folder: Path, mean: np.ndarray, scale: np.ndarray, normal: Gaussian | Neighbors) -> None:
    """Write what is normal into a model folder."""
    arrays = {"mean": mean, "scale": scale}
    if isinstance(normal, Gaussian):
        rest = np.array(normal.rest)
        arrays |= {"middle": normal.mean, "directions": normal.directions, "variance": normal.variance, "rest": rest}
    else:
        arrays["points"] = normal.points
    kinds = {name: np.float64 if array.ndim < 2 else np.float32 for name, array in arrays.items()}
    tensors.write(folder / FILE, {name: np.asarray(array, kinds[name]) for name, array in arrays.items()})


def open(folder: Path, card: Card, runtime: Runtime) -> Model:
    """The scorer of a model folder. Raises: ModelRefused for arrays or a card that do not fit together."""
    if not card.operating_points.get(THRESHOLD, 0) > 0:
        raise ModelRefused(f"its card names no threshold {THRESHOLD!r}", where=str(folder))
    arrays = tensors.read(folder / FILE)
    try:
        mean, scale = np.asarray(arrays["mean"], np.float64), np.asarray(arrays["scale"], np.float64)
        normal: Gaussian | Neighbors
        if "points" in arrays:
            normal = Neighbors(arrays["points"].astype(np.float64))
            fits = 1 <= round(card.calibration.get("neighbors", 1.0)) <= len(normal.points)
            width = normal.points.shape[1]
        else:
            parts = [arrays[n].astype(np.float64) for n in ("middle", "directions", "variance", "rest")]
            normal = Gaussian(parts[0], parts[1], parts[2], float(parts[3]))
            width = parts[1].shape[1]
            fits = parts[0].shape == (width,) and len(parts[1]) == len(parts[2]) and bool((parts[2] > 0).all()) and normal.rest > 0
        fits = fits and mean.shape == scale.shape == (width,) and bool((scale > 0).all())
    except (KeyError, ValueError, IndexError, TypeError, UsageError) as error:
        raise ModelRefused(
            f"the arrays of an outlier model are missing or damaged ({reason(error)})", where=str(folder / FILE)
        ) from None
    if not fits or not all(np.isfinite(a).all() for a in arrays.values()):
        raise ModelRefused("the arrays of this outlier model do not fit each other or its card", where=str(folder / FILE))
    try:
        ear = Ear(card.input, runtime)
    except UsageError as error:
        raise ModelRefused(f"its card asks for unknown features ({error.what})", where=card.name, fix=error.fix) from None
    return OutlierScorer(card, ear, mean, scale, normal)
