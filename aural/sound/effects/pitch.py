"""Pitch: higher or lower, the length stays.

Semitones: 12 = twice the frequency. The sound is stretched by a phase vocoder with its phases
locked to the nearest peak (Laroche and Dolson 1999), then resampled back to its length; what
happens stays where it was within one window (64 ms).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from aural.errors import UsageError
from aural.settings import option
from aural.sound.resample import resample
from aural.sound.sound import Sound

MATERIAL = ""
KEEPS_LENGTH = True
_WINDOW = 0.064  # s


@dataclass(frozen=True)
class Options:
    low: float = option(-2.0, "lowest shift; two semitones keep a voice natural", unit="semitones")
    high: float = option(2.0, "highest shift", unit="semitones")


@dataclass(frozen=True)
class Params:
    """semitones up (or down, below 0)."""

    semitones: float


def draw(rng: np.random.Generator, options: Options, sound: Sound, material: Sequence[Sound] = ()) -> Params:
    """A shift between `low` and `high`."""
    return Params(float(rng.uniform(options.low, options.high)))


def apply(sound: Sound, params: Params) -> Sound:
    """The sound shifted, as long as before. Raises: UsageError beyond two octaves."""
    if abs(params.semitones) > 24:
        raise UsageError(f"a shift of {params.semitones} semitones cannot be made", fix="Use -24 to 24")
    factor = round(2 ** (params.semitones / 12) * 1000)
    if factor == 1000:
        return sound
    size = max(64, 4 * round(_WINDOW * sound.sample_rate / 4))
    longer = np.stack([stretched(channel, factor / 1000, size) for channel in sound.samples])
    back = resample(longer, factor, 1000)[:, : sound.length]
    return replace(sound, samples=np.pad(back, ((0, 0), (0, sound.length - back.shape[1]))))


def stretched(samples: NDArray[np.float32], factor: float, size: int) -> NDArray[np.float32]:
    """[T] made `factor` times as long at the same pitch; `size` (samples, a multiple of 4) is the window."""
    hop = size // 4
    window = np.hanning(size + 1)[:-1]
    length = round(len(samples) * factor)
    padded = np.pad(samples.astype(np.float64), (size, size + hop))
    out, weight = np.zeros(length + 3 * size), np.zeros(length + 3 * size)
    turn = 2 * np.pi * hop * np.arange(size // 2 + 1) / size
    phase: NDArray[np.float64] | None = None
    for at in range(0, length + size, hop):
        place = min(round((at - size / 2) / factor + size / 2), len(padded) - size - hop)
        place = max(place, 0)
        now, later = (np.fft.rfft(padded[p : p + size] * window) for p in (place, place + hop))
        if phase is None:
            phase = np.angle(now)
        frame = np.fft.irfft(np.abs(now) * np.exp(1j * _locked(phase, now)), size)
        out[at : at + size] += frame * window
        weight[at : at + size] += window**2
        advance = np.angle(later) - np.angle(now) - turn
        phase = phase + turn + advance - 2 * np.pi * np.round(advance / (2 * np.pi))
    whole = out / np.maximum(weight, 1e-3)
    return whole[size : size + length].astype(np.float32)


def _locked(phase: NDArray[np.float64], spectrum: NDArray[np.complex128]) -> NDArray[np.float64]:
    """Phases in which every bin keeps its place relative to the nearest peak of the frame."""
    size = np.abs(spectrum)
    inner = (size[1:-1] >= size[:-2]) & (size[1:-1] > size[2:])
    peaks = np.flatnonzero(inner) + 1
    if not len(peaks):
        return phase
    bounds = (peaks[:-1] + peaks[1:]) // 2
    nearest = peaks[np.searchsorted(bounds, np.arange(len(size)), side="right").clip(0, len(peaks) - 1)]
    angles = np.angle(spectrum)
    return np.asarray(phase[nearest] + angles - angles[nearest])
