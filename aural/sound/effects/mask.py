"""Masks over bands and stretches of a spectrogram (SpecAugment, Park et al. 2019).

Works on spectrograms [F, M] (frames, bands), not on samples. `freq` bands and `time` frames are the
widest masks; each width is drawn evenly from 0 up, then its place. What is masked becomes the mean
of the spectrogram, or 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aural.errors import UsageError
from aural.settings import option

MATERIAL = ""
KEEPS_LENGTH = True


@dataclass(frozen=True)
class Options:
    freq: int = option(27, "widest mask over bands; 27 of 80 in the paper", unit="bands")
    time: int = option(100, "widest mask over frames", unit="frames")
    freq_masks: int = option(1, "number of masks over bands")
    time_masks: int = option(1, "number of masks over frames")
    time_share: float = option(1.0, "no mask over frames is wider than this share of the spectrogram")
    fill: str = option("mean", "what masked values become", choices=("mean", "zero"))


@dataclass(frozen=True)
class Params:
    """bands and frames: [first, last) of every mask; fill as in Options."""

    bands: tuple[tuple[int, int], ...]
    frames: tuple[tuple[int, int], ...]
    fill: str


def draw(rng: np.random.Generator, options: Options, spectrogram: NDArray[Any], material: Sequence[Any] = ()) -> Params:
    """Where the masks over a spectrogram [F, M] lie."""
    if spectrogram.ndim != 2:
        raise UsageError(f"masks go over [frames, bands], not over the shape {list(spectrogram.shape)}")
    frames, bands = spectrogram.shape
    widest = min(options.time, int(options.time_share * frames))
    return Params(
        tuple(_mask(rng, options.freq, bands) for _ in range(options.freq_masks)),
        tuple(_mask(rng, widest, frames) for _ in range(options.time_masks)),
        options.fill,
    )


def apply(spectrogram: NDArray[Any], params: Params) -> NDArray[Any]:
    """A copy with the masks on it, same shape and type."""
    out = spectrogram.copy()
    value = spectrogram.mean() if params.fill == "mean" and spectrogram.size else 0
    for first, last in params.bands:
        out[:, first:last] = value
    for first, last in params.frames:
        out[first:last] = value
    return out


def specaugment(rng: np.random.Generator, log_mel: NDArray[Any], freq: int = 27, time: int = 100) -> NDArray[Any]:
    """Both masks in one call: `specaugment(rng, log_mel)` with [F, M]."""
    return apply(log_mel, draw(rng, Options(freq=freq, time=time), log_mel))


def _mask(rng: np.random.Generator, widest: int, whole: int) -> tuple[int, int]:
    width = int(rng.integers(0, min(widest, whole) + 1))
    first = int(rng.integers(0, whole - width + 1))
    return first, first + width
