"""Level, noise floor, blind signal-to-noise ratio, clipping and silence of a recording, heard block by block."""

from __future__ import annotations

import math
from typing import final

import numpy as np
from numpy.typing import ArrayLike

from aural.sound.spectrum import as_float

_FRAME = 0.02  # seconds
_DIGITAL = 1e-9  # mean square (-90 dB) below which a frame holds nothing that was recorded
_SILENT_BELOW = 1e-4  # power against the loud frames: 40 dB
_FULL = 1.0001  # float files may hold more than full scale; rounding to 16 bits does not reach here
_BINS = 1000


@final
class LevelMeter:
    """Takes sound in blocks of any size; keeps one number for each 20 ms.

    Levels are dB below full scale (0 dBFS = 1.0); a power is a mean square.
    """

    def __init__(self, sample_rate: int) -> None:
        self._size = max(1, round(_FRAME * sample_rate))
        self._rest = np.zeros(0, np.float32)
        self._powers: list[np.ndarray] = []
        self._squares = self._sum = 0.0
        self._values = self._overs = 0
        self._flat = np.zeros(_BINS + 1, np.int64)
        self.peak = 0.0

    def push(self, samples: ArrayLike) -> None:
        """Hear the next samples [C, t] or [t]."""
        array = np.atleast_2d(as_float(samples))
        if not array.size:
            return
        self.peak = max(self.peak, float(np.abs(array).max()))
        self._squares += float(np.einsum("ct,ct->", array, array, dtype=np.float64))
        self._sum += float(array.sum(dtype=np.float64))
        self._values += array.size
        for channel in array:
            self._count_clipped(channel)
        mono = array.mean(axis=0) if len(array) > 1 else array[0]
        joined = np.concatenate([self._rest, mono])
        whole = len(joined) // self._size
        if whole:
            frames = joined[: whole * self._size].reshape(whole, self._size)
            frames = frames - frames.mean(axis=1, keepdims=True)
            self._powers.append(np.einsum("ft,ft->f", frames, frames) / self._size)
        self._rest = joined[whole * self._size :]

    @property
    def rms(self) -> float:
        """Root mean square of all channels."""
        return math.sqrt(self._squares / self._values) if self._values else 0.0

    @property
    def offset(self) -> float:
        """The mean of all samples (DC), which should be 0."""
        return self._sum / self._values if self._values else 0.0

    @property
    def powers(self) -> np.ndarray:
        """The mean square of each 20 ms [F], channels averaged, without DC."""
        return np.concatenate(self._powers).astype(np.float64) if self._powers else np.zeros(0)

    @property
    def clipped(self) -> float:
        """The share of samples that stand in flat tops near the peak, or above full scale."""
        if not self._values:
            return 0.0
        near = int(0.95 * min(self.peak, 1.0) * _BINS)
        return (self._overs + int(self._flat[near:].sum())) / self._values

    @property
    def silence(self) -> float:
        """The share of time 40 dB or more below the loud frames (their 95 % level), or below -90 dBFS."""
        powers = self.powers
        if not len(powers):
            return 1.0 if self.peak < math.sqrt(_DIGITAL) else 0.0
        threshold = max(_DIGITAL, float(np.quantile(powers, 0.95)) * _SILENT_BELOW)
        return float((powers < threshold).mean())

    @property
    def noise_power(self) -> float | None:
        """The power of what sounds all the time; None when nothing was recorded."""
        return noise_floor(self.powers)

    @property
    def snr(self) -> float | None:
        """Signal-to-noise ratio in dB as estimated from the recording alone; None when nothing comes and goes."""
        return blind_snr(self.powers)

    def _count_clipped(self, channel: np.ndarray) -> None:
        """Count samples above full scale, and runs of equal samples that begin or end with a corner, by their level."""
        size = np.abs(channel)
        self._overs += int(np.count_nonzero(size > _FULL))
        step = np.abs(np.diff(channel))
        inside = (step <= 1e-7) & (size[1:] > 0.1) & (size[1:] <= _FULL)
        if not inside.any():
            return
        moved = step[step > 1e-7]
        # The top of a slow wave is flat as well once it is rounded, but leaves in single rounding steps.
        corner = max(2e-4, 3.5 * float(moved.min())) if len(moved) else math.inf
        edges = np.flatnonzero(np.diff(np.concatenate([[False], inside, [False]]).astype(np.int8)))
        for first, last in zip(edges[::2], edges[1::2], strict=True):
            before = step[first - 1] if first else 0.0
            after = step[last] if last < len(step) else 0.0
            if last - first >= 2 and max(before, after) > corner:
                self._flat[min(_BINS, int(size[first] * _BINS))] += last - first + 1


def noise_floor(powers: ArrayLike) -> float | None:
    """The power of the lasting noise under a recording, from the powers [F] of its 20 ms frames.

    Averages of five frames are sorted; the quietest tenth of them stand for the noise, corrected for
    being the lowest. Frames that hold nothing at all (below -90 dBFS) do not count unless all are so.
    """
    recorded = _recorded(powers)
    if recorded is None:
        return None
    smooth = np.convolve(recorded, np.full(5, 0.2), mode="valid") if len(recorded) >= 5 else recorded
    return min(float(np.quantile(smooth, 0.1)) * _LOWEST, float(recorded.mean()))


# The 10 % level of five frames' averages of steady white noise lies this much below its power.
_LOWEST = 1.05


def blind_snr(powers: ArrayLike) -> float | None:
    """Signal-to-noise ratio in dB from the powers [F] of 20 ms frames alone, from -10 to 80 dB.

    What exceeds the noise floor on average is the signal. It wants pauses in the signal (speech has
    them) and noise that lasts; steady tones count as noise. None when nothing comes and goes, or nothing
    was recorded.
    """
    recorded = _recorded(powers)
    floor = noise_floor(powers)
    if recorded is None or floor is None or floor <= 0:
        return None
    signal = float(recorded.mean()) - floor
    if signal < 0.1 * floor:
        return None
    return min(80.0, 10 * math.log10(signal / floor))


def _recorded(powers: ArrayLike) -> np.ndarray | None:
    array = np.asarray(powers, np.float64)
    kept = array[array > _DIGITAL]
    return kept if len(kept) else None
