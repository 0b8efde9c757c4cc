"""Power, signal-to-noise ratio and the adding of one sound to another: what noise and babble share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from aural.errors import UsageError
from aural.sound.sound import Sound

Samples = NDArray[np.float32]
Over = Literal["speech", "clip"]
_FRAME = 0.02  # s
_BELOW = 1e-3  # a frame 30 dB under the loud ones counts as a pause


def power(samples: Samples) -> float:
    """Mean square over all channels and samples."""
    return float(np.mean(np.square(samples, dtype=np.float64))) if samples.size else 0.0


def active_power(samples: Samples, sample_rate: int) -> float:
    """Mean square over the 20 ms frames that are not more than 30 dB under the loud ones.

    How loud those are is the mean power of the frames, each weighted by its own power. For speech
    this leaves the pauses out, so that a recording with long pauses does not count as faint.
    """
    size = max(1, round(_FRAME * sample_rate))
    frames = samples.shape[1] // size
    if frames < 2:
        return power(samples)
    squares = np.square(samples[:, : frames * size], dtype=np.float64).mean(axis=0).reshape(frames, size).mean(axis=1)
    total = float(squares.sum())
    loud = float(np.square(squares).sum()) / total if total > 0 else 0.0  # pauses weigh nothing here
    return float(squares[squares >= loud * _BELOW].mean()) if loud > 0 else power(samples)


def snr_db(signal_power: float, noise_power: float) -> float:
    """10 log10 of the ratio of two powers: 100:1 = 20 dB, 1:1 = 0 dB.

    Raises: UsageError unless both are above 0.
    """
    if not (signal_power > 0 and noise_power > 0):
        raise UsageError("a ratio of powers needs two powers above 0")
    return float(10 * np.log10(signal_power / noise_power))


def mixed(sound: Sound, noise: Samples, snr: float, over: Over) -> Sound:
    """`sound` plus `noise` [1 or C, T], scaled so that their power ratio is `snr` dB.

    The sound keeps its level and may pass beyond -1..1; silence on either side changes nothing.
    """
    signal = active_power(sound.samples, sound.sample_rate) if over == "speech" else power(sound.samples)
    floor = power(noise)
    if signal <= 0 or floor <= 0:
        return sound
    gain = np.sqrt(signal / floor / 10 ** (snr / 10))
    return replace(sound, samples=sound.samples + noise.astype(np.float32) * np.float32(gain))


def fitted(rng: np.random.Generator, material: Sound, sound: Sound) -> Samples:
    """As much of `material` as `sound` is long, mono [1, T] at its rate, from a random place; a short one goes round."""
    samples = material.mono().resample(sound.sample_rate).samples
    length, need = samples.shape[1], sound.length
    at = int(rng.integers(max(1, length - need + 1) if length > need else length))
    if at + need <= length:
        return samples[:, at : at + need]
    return samples[:, np.arange(at, at + need) % length]


def chosen(rng: np.random.Generator, material: Sequence[Sound]) -> Sound:
    """One of the material at random."""
    return material[int(rng.integers(len(material)))]
