"""Gain: louder or fainter by so many dB; what passes beyond -1..1 is not cut."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from aural.settings import option
from aural.sound.sound import Sound

MATERIAL = ""
KEEPS_LENGTH = True


@dataclass(frozen=True)
class Options:
    low: float = option(-20.0, "lowest gain; a voice far from the microphone", unit="dB")
    high: float = option(6.0, "highest gain", unit="dB")


@dataclass(frozen=True)
class Params:
    """decibels of amplitude: 20 log10 of the factor."""

    decibels: float


def draw(rng: np.random.Generator, options: Options, sound: Sound, material: Sequence[Sound] = ()) -> Params:
    """A gain between `low` and `high`."""
    return Params(float(rng.uniform(options.low, options.high)))


def apply(sound: Sound, params: Params) -> Sound:
    """The sound times 10^(decibels / 20)."""
    return replace(sound, samples=sound.samples * np.float32(10 ** (params.decibels / 20)))
