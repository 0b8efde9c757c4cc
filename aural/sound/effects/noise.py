"""Noise at a given signal-to-noise ratio.

The ratio is that of powers in dB, exact within 0.01 dB. `over="speech"` measures the sound without
its pauses (frames of 20 ms within 30 dB of the loud ones), `over="clip"` from end to end; the noise
is always measured from end to end. Without material the noise is made: white, pink (1/f) or brown
(1/f^2). What the mix passes beyond -1..1 is not cut.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from aural.settings import option
from aural.sound.effects._mixing import Over, chosen, fitted, mixed, power, snr_db
from aural.sound.sound import Sound

__all__ = ["KEEPS_LENGTH", "MATERIAL", "Options", "Params", "apply", "colored", "draw", "power", "snr_db"]

MATERIAL = "noise"
KEEPS_LENGTH = True
_SLOPES = {"white": 0.0, "pink": 0.5, "brown": 1.0}


@dataclass(frozen=True)
class Options:
    low: float = option(0.0, "lowest ratio that is drawn; speech is still just heard at 0", unit="dB")
    high: float = option(20.0, "highest ratio that is drawn", unit="dB")
    over: Literal["speech", "clip"] = option("speech", "measure the sound without pauses, or whole", choices=("speech", "clip"))
    color: str = option("pink", "the noise that is made where none is given", choices=tuple(_SLOPES))


@dataclass(frozen=True, eq=False)
class Params:
    """snr (dB), what it is measured over, and the noise [1, T] before scaling."""

    snr: float
    over: Over
    noise: NDArray[np.float32]


def draw(rng: np.random.Generator, options: Options, sound: Sound, material: Sequence[Sound] = ()) -> Params:
    """A ratio, and a piece of one of the noises in `material` (or made noise) as long as `sound`."""
    snr = float(rng.uniform(options.low, options.high))
    noise = fitted(rng, chosen(rng, material), sound) if material else colored(rng, options.color, sound.length)[None]
    return Params(snr, options.over, noise)


def apply(sound: Sound, params: Params) -> Sound:
    """The sound with the noise under it; level and length of the sound stay."""
    return mixed(sound, params.noise, params.snr, params.over)


def colored(rng: np.random.Generator, color: str, length: int) -> NDArray[np.float32]:
    """Noise [T] of unit power whose power falls with 1 (white), 1/f (pink) or 1/f^2 (brown)."""
    white: NDArray[Any] = rng.standard_normal(_quick(length))
    slope = _SLOPES[color]
    if slope and length > 2:
        spectrum = np.fft.rfft(white)
        spectrum[1:] /= np.arange(1, len(spectrum)) ** slope
        spectrum[0] = 0
        white = np.fft.irfft(spectrum, len(white))
    white = white[:length]
    level = float(np.sqrt(np.mean(white**2)))
    return (white / level if level > 0 else white).astype(np.float32)


def _quick(length: int) -> int:
    """The next length whose Fourier transform is quick: lengths with large prime factors take several times as long."""
    step = 1 << max(0, length.bit_length() - 4)
    return next(size * step for size in (8, 9, 10, 12, 15, 16) if size * step >= length) if length > 8 else length
