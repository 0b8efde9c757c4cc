"""Clipping: the loudest samples are cut off flat, as an overdriven microphone does.

`share` of the samples reach the ceiling; the level of the rest stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from aural.errors import UsageError
from aural.settings import option
from aural.sound.sound import Sound

MATERIAL = ""
KEEPS_LENGTH = True


@dataclass(frozen=True)
class Options:
    low: float = option(0.001, "smallest share of samples that are cut off")
    high: float = option(0.1, "largest share; at a tenth the crackle is plain to hear")


@dataclass(frozen=True)
class Params:
    """share of the samples, 0 to 1, that are cut off."""

    share: float


def draw(rng: np.random.Generator, options: Options, sound: Sound, material: Sequence[Sound] = ()) -> Params:
    """A share between `low` and `high`, evenly by its logarithm."""
    if not 0 < options.low <= options.high <= 1:
        raise UsageError(f"{options.low} to {options.high} is no range of shares", fix="Give 0 < low <= high <= 1")
    return Params(float(np.exp(rng.uniform(np.log(options.low), np.log(options.high)))))


def apply(sound: Sound, params: Params) -> Sound:
    """The sound with everything above the ceiling at the ceiling."""
    height = np.abs(sound.samples)
    ceiling = float(np.quantile(height, 1 - params.share))
    return replace(sound, samples=np.clip(sound.samples, -ceiling, ceiling)) if ceiling > 0 else sound
