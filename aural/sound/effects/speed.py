"""Speed: faster or slower, pitch and length with it.

A factor of 1.1 makes the sound 1.1 times as fast and as high and its length 1/1.1; times of words
divide by the factor. Source: Ko et al. 2015 (factors 0.9, 1.0, 1.1).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from aural.errors import UsageError
from aural.settings import option
from aural.sound.resample import resample
from aural.sound.sound import Sound

MATERIAL = ""
KEEPS_LENGTH = False
_STEPS = 1000  # the factor counts in thousandths


@dataclass(frozen=True)
class Options:
    low: float = option(0.9, "lowest factor; beyond 0.8 to 1.25 voices stop being voices")
    high: float = option(1.1, "highest factor")


@dataclass(frozen=True)
class Params:
    """factor: 2 = twice as fast."""

    factor: float


def draw(rng: np.random.Generator, options: Options, sound: Sound, material: Sequence[Sound] = ()) -> Params:
    """A factor between `low` and `high`, in steps of a thousandth."""
    return Params(round(float(rng.uniform(options.low, options.high)) * _STEPS) / _STEPS)


def apply(sound: Sound, params: Params) -> Sound:
    """The sound played `factor` times as fast at the same rate. Raises: UsageError for a factor not in 0.1..10."""
    if not 0.1 <= params.factor <= 10:
        raise UsageError(f"a speed of {params.factor} cannot be played", fix="Use a factor between 0.1 and 10")
    return replace(sound, samples=resample(sound.samples, round(params.factor * _STEPS), _STEPS))
