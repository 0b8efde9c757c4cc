"""Packet loss: pieces of a call that never arrived, alone or in bursts.

Losses follow a two-state chain (Gilbert 1960): `share` of the packets is lost in the long run, in
bursts of `burst` packets on average. A lost packet is silence, or the last good one again, fading.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from aural.errors import UsageError
from aural.settings import option
from aural.sound.sound import Sound

MATERIAL = ""
KEEPS_LENGTH = True
_FADE = 0.5  # each repeat in a row is half as loud


@dataclass(frozen=True)
class Options:
    low: float = option(0.01, "smallest share of lost packets")
    high: float = option(0.2, "largest share; beyond it calls are given up")
    burst: float = option(2.0, "packets in a row that are lost, on average", unit="packets")
    packet: float = option(0.02, "length of a packet; calls use 20 ms", unit="s")
    conceal: str = option("repeat", "what stands in for a lost packet", choices=("zero", "repeat"))


@dataclass(frozen=True, eq=False)
class Params:
    """lost [packets] (bool), the length of a packet (s), and how it is concealed."""

    lost: NDArray[np.bool_]
    packet: float
    conceal: str


def draw(rng: np.random.Generator, options: Options, sound: Sound, material: Sequence[Sound] = ()) -> Params:
    """Which packets of `sound` are lost. Raises: UsageError for shares that no chain of such bursts can have."""
    if not (0 <= options.low <= options.high < 1 and options.burst >= 1 and options.packet > 0):
        raise UsageError("these losses cannot be drawn", fix="Give 0 <= low <= high < 1, burst >= 1 and packet > 0")
    share = float(rng.uniform(options.low, options.high))
    leave = 1 / options.burst
    enter = min(1.0, leave * share / (1 - share))
    count = -(-sound.length // _size(sound, options.packet))
    lost = np.zeros(count, bool)
    state = bool(rng.random() < share)
    for number, chance in enumerate(rng.random(count)):
        lost[number] = state
        state = bool(chance >= leave) if state else bool(chance < enter)
    return Params(lost, options.packet, options.conceal)


def apply(sound: Sound, params: Params) -> Sound:
    """The sound as it arrives; what was not lost is untouched."""
    size = _size(sound, params.packet)
    out = sound.samples.copy()
    good, faint = None, 1.0
    for number in range(min(len(params.lost), -(-sound.length // size))):
        place = slice(number * size, min((number + 1) * size, sound.length))
        if not params.lost[number]:
            good, faint = sound.samples[:, place], 1.0
            continue
        out[:, place] = 0
        if params.conceal == "repeat" and good is not None:
            faint *= _FADE
            width = min(good.shape[1], place.stop - place.start)
            out[:, place.start : place.start + width] = good[:, :width] * np.float32(faint)
    return replace(sound, samples=out)


def _size(sound: Sound, packet: float) -> int:
    return max(1, round(packet * sound.sample_rate))
