"""Babble: several other voices at once, at a given signal-to-noise ratio.

Every voice is brought to the same speech level before they are added, so that none stands out; the
ratio (dB) is that of the sound's speech power to the power of all voices together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aural.errors import UsageError
from aural.settings import option
from aural.sound.effects._mixing import active_power, fitted, mixed
from aural.sound.sound import Sound

MATERIAL = "voice"
KEEPS_LENGTH = True


@dataclass(frozen=True)
class Options:
    low: float = option(5.0, "lowest ratio that is drawn; under it people do not follow either", unit="dB")
    high: float = option(20.0, "highest ratio that is drawn", unit="dB")
    fewest: int = option(3, "fewest voices; with three, words cannot be made out any more")
    most: int = option(7, "most voices")


@dataclass(frozen=True, eq=False)
class Params:
    """snr (dB) and the mixed voices [1, T] before scaling."""

    snr: float
    noise: NDArray[np.float32]


def draw(rng: np.random.Generator, options: Options, sound: Sound, material: Sequence[Sound] = ()) -> Params:
    """A ratio and a mix of voices from `material`; fewer voices than asked are used again from another place.

    Raises: UsageError without material: babble is made of real voices.
    """
    if not material:
        raise UsageError("babble needs recordings of other voices", fix="Give at least one")
    snr = float(rng.uniform(options.low, options.high))
    count = int(rng.integers(options.fewest, options.most + 1))
    order = rng.permutation(max(count, len(material)))[:count]
    total = np.zeros((1, sound.length), np.float32)
    for number in order:
        voice = fitted(rng, material[int(number) % len(material)], sound)
        level = active_power(voice, sound.sample_rate)
        if level > 0:
            total += voice / np.float32(np.sqrt(level))
    return Params(snr, total)


def apply(sound: Sound, params: Params) -> Sound:
    """The sound with the voices under it; level and length of the sound stay."""
    return mixed(sound, params.noise, params.snr, "speech")
