"""Telephone: 300 to 3400 Hz, 8 kHz, and the 8 bits of mu-law. Source: ITU-T G.711, G.712."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from aural.settings import option
from aural.sound.effects._filters import band_pass, convolved
from aural.sound.resample import resample
from aural.sound.sound import Sound

MATERIAL = ""
KEEPS_LENGTH = True
_RATE, _TAPS = 8000, 513


@dataclass(frozen=True)
class Options:
    low: float = option(300.0, "lower edge of the band", unit="Hz")
    high: float = option(3400.0, "upper edge of the band", unit="Hz")


@dataclass(frozen=True)
class Params:
    """The band in Hz."""

    low: float
    high: float


def draw(rng: np.random.Generator, options: Options, sound: Sound, material: Sequence[Sound] = ()) -> Params:
    """Nothing is left to chance here."""
    return Params(options.low, min(options.high, _RATE / 2 - 100))


def apply(sound: Sound, params: Params) -> Sound:
    """The sound as it comes out of a telephone line, at its old rate and length."""
    narrow = resample(sound.samples, sound.sample_rate, _RATE)
    banded = convolved(narrow, band_pass(params.low, params.high, _RATE, _TAPS), delay=(_TAPS - 1) // 2)
    back = resample(mu_law(banded), _RATE, sound.sample_rate)[:, : sound.length]
    return replace(sound, samples=np.pad(back, ((0, 0), (0, sound.length - back.shape[1]))))


def mu_law(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Samples through 8 bits of mu-law (mu = 255) and back; what is beyond -1..1 is cut off."""
    clipped = np.clip(samples, -1, 1)
    squeezed = np.sign(clipped) * np.log1p(255 * np.abs(clipped)) / np.log(256)
    stepped = np.rint(squeezed * 127) / 127
    return np.asarray(np.sign(stepped) * (256 ** np.abs(stepped) - 1) / 255, dtype=np.float32)
