"""Loudness as broadcasting measures it: K-weighted, gated, in LUFS (ITU-R BS.1770), over blocks of any size."""

from __future__ import annotations

import functools
import math
from typing import final

import numpy as np
from numpy.typing import ArrayLike

from aural.errors import UsageError
from aural.sound.spectrum import as_float

_STEP = 0.1  # seconds between gating blocks, each four steps long
_OFFSET = -0.691  # dB that make a 997 Hz sine read its level
_ABSOLUTE, _RELATIVE = -70.0, -10.0
# The analog filters behind the standard's 48 kHz coefficients: a head's shelf and a high pass.
_SHELF_HZ, _SHELF_DB, _SHELF_Q = 1681.974450955533, 3.999843853973347, 0.7071752369554196
_HIGH_PASS_HZ, _HIGH_PASS_Q = 38.13547087602444, 0.5003270373238773
_SURROUND = 1.41


@functools.lru_cache(maxsize=8)
def k_weighting(sample_rate: int) -> np.ndarray:
    """The impulse response [N] float64 of the K filter at a sample rate (Hz); what is cut off its end is under 1e-9."""
    k = math.tan(math.pi * _SHELF_HZ / sample_rate)
    high = 10 ** (_SHELF_DB / 20)
    middle = high**0.4996667741545416
    norm = 1 + k / _SHELF_Q + k * k
    shelf = (
        ((high + middle * k / _SHELF_Q + k * k) / norm, 2 * (k * k - high) / norm, (high - middle * k / _SHELF_Q + k * k) / norm),
        (2 * (k * k - 1) / norm, (1 - k / _SHELF_Q + k * k) / norm),
    )
    k = math.tan(math.pi * _HIGH_PASS_HZ / sample_rate)
    norm = 1 + k / _HIGH_PASS_Q + k * k
    high_pass = ((1.0, -2.0, 1.0), (2 * (k * k - 1) / norm, (1 - k / _HIGH_PASS_Q + k * k) / norm))
    response = [0.0] * max(64, round(0.12 * sample_rate))
    response[0] = 1.0
    for (b0, b1, b2), (a1, a2) in (shelf, high_pass):
        x1 = x2 = y1 = y2 = 0.0
        for t, x in enumerate(response):
            y = b0 * x + b1 * x1 + b2 * x2 - a1 * y1 - a2 * y2
            x1, x2, y1, y2 = x, x1, y, y1
            response[t] = y
    found: np.ndarray = np.asarray(response)
    found.flags.writeable = False
    return found


@final
class LoudnessMeter:
    """Takes sound in blocks of any size and tells its loudness; keeps one number for each 0.1 s.

    Channels weigh 1; with 5 or 6 of them the order is left, right, center(, bass), surround left and
    right, where surround weighs 1.41 and bass nothing.
    """

    def __init__(self, sample_rate: int, *, channels: int = 1) -> None:
        if sample_rate < 4000 or channels < 1:
            raise UsageError(f"loudness needs 4000 Hz and a channel, not {sample_rate} Hz and {channels}", where="loudness")
        self._rate, self._response = sample_rate, k_weighting(sample_rate)
        self._n_fft = 1 << (8 * len(self._response) - 1).bit_length()
        self._spectrum = np.fft.rfft(self._response, self._n_fft)
        self._tail = np.zeros((channels, len(self._response) - 1))
        self._weights = {5: np.array([1, 1, 1, _SURROUND, _SURROUND]), 6: np.array([1, 1, 1, 0, _SURROUND, _SURROUND])}.get(
            channels, np.ones(channels)
        )
        self._rest = np.zeros(0)
        self._steps: list[np.ndarray] = []

    def push(self, samples: ArrayLike) -> None:
        """Hear the next samples [C, t] (or [t] for one channel)."""
        array = np.atleast_2d(as_float(samples))
        if len(array) != len(self._tail):
            raise UsageError(f"{len(array)} channels came where {len(self._tail)} are measured", where="loudness")
        size = self._n_fft - self._tail.shape[1]
        energy = [self._filtered_energy(array[:, at : at + size]) for at in range(0, array.shape[1], size)]
        step = self._step
        joined = np.concatenate([self._rest, *energy])
        whole = len(joined) // step
        if whole:
            self._steps.append(joined[: whole * step].reshape(whole, step).mean(axis=1))
        self._rest = joined[whole * step :]

    @property
    def integrated(self) -> float:
        """Loudness of the whole in LUFS, gated at -70 LUFS and 10 LU below the mean; -inf for silence.

        What is shorter than 0.4 s is measured as one ungated block.
        """
        blocks = self._blocks(4)
        if not len(blocks):
            heard = np.concatenate([np.repeat(s, self._step) for s in self._steps] + [self._rest])
            return _lufs(float(heard.mean())) if len(heard) else -math.inf
        loud = blocks[blocks > _power(_ABSOLUTE)]
        if len(loud):
            loud = blocks[blocks > max(_power(_ABSOLUTE), float(loud.mean()) * 10 ** (_RELATIVE / 10))]
        return _lufs(float(loud.mean())) if len(loud) else -math.inf

    @property
    def range(self) -> float | None:
        """Loudness range in LU (EBU Tech 3342): 10 % to 95 % of the gated 3 s loudness; None below 3 s."""
        blocks = self._blocks(30)
        loud = blocks[blocks > _power(_ABSOLUTE)]
        if not len(loud):
            return None
        levels = np.sort(loud[loud > loud.mean() * 10 ** (-20.0 / 10)])
        low, high = levels[round(0.1 * (len(levels) - 1))], levels[round(0.95 * (len(levels) - 1))]
        return _lufs(float(high)) - _lufs(float(low))

    def curve(self, *, steps: int = 4) -> np.ndarray:
        """Loudness over time [F] in LUFS each 0.1 s: 4 steps = momentary (0.4 s), 30 = short-term (3 s).

        Value f covers steps f to f + steps; -inf in silence.
        """
        with np.errstate(divide="ignore"):
            return np.asarray(_OFFSET + 10 * np.log10(self._blocks(steps)))

    @property
    def _step(self) -> int:
        return max(1, round(_STEP * self._rate))

    def _blocks(self, steps: int) -> np.ndarray:
        """The mean power of each run of so many steps."""
        powers = np.concatenate(self._steps) if self._steps else np.zeros(0)
        if len(powers) < steps:
            return np.zeros(0)
        return np.asarray(np.lib.stride_tricks.sliding_window_view(powers, steps).mean(axis=1))

    def _filtered_energy(self, part: np.ndarray) -> np.ndarray:
        """The squares of the K-filtered channels, weighed and added, sample by sample; the filter's tail is carried on."""
        length = part.shape[1]
        filtered = np.fft.irfft(np.fft.rfft(part, self._n_fft, axis=1) * self._spectrum, self._n_fft, axis=1)
        tail = self._tail.shape[1]
        filtered[:, :tail] += self._tail
        self._tail = filtered[:, length : length + tail].copy()
        return np.asarray(self._weights @ np.square(filtered[:, :length]))


def loudness(samples: ArrayLike, *, sample_rate: int) -> float:
    """Integrated loudness of samples [T] or [C, T] in LUFS; -inf for silence. A full-scale 997 Hz sine reads -3.01.

    Raises: UsageError below 4000 Hz. Source: ITU-R BS.1770-5.
    """
    array = np.atleast_2d(as_float(samples))
    meter = LoudnessMeter(sample_rate, channels=len(array))
    meter.push(array)
    return meter.integrated


def _lufs(power: float) -> float:
    return _OFFSET + 10 * math.log10(power) if power > 0 else -math.inf


def _power(lufs: float) -> float:
    return float(10 ** ((lufs - _OFFSET) / 10))
