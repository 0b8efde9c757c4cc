"""Decibels: power and amplitude as loudness is heard, both ways, and signal-to-noise ratio."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from aural.errors import UsageError

_TEN_PER_E = 10.0 / np.log(10.0)


def power_to_db(power: ArrayLike, *, reference: float | str = 1.0, floor: float = 1e-10, top_db: float | None = None) -> np.ndarray:
    """10 log10(power / reference) for power [...] (squared amplitude), any shape.

    `reference` is a power, or "max" for the largest value of each item. `floor` is the smallest power
    told apart. `top_db` lifts everything to at most that many dB below the maximum of each item (the
    last two axes). librosa's power_to_db is top_db=80, torchaudio's AmplitudeToDB("power") is the default.
    Raises: UsageError when reference, floor or top_db are not positive.
    """
    return _to_db(power, reference, floor, top_db, squared=False)


def amplitude_to_db(
    amplitude: ArrayLike, *, reference: float | str = 1.0, floor: float = 1e-5, top_db: float | None = None
) -> np.ndarray:
    """20 log10(|amplitude| / reference) for amplitude [...], any shape; see `power_to_db`.

    `floor` is the smallest amplitude told apart. Raises: UsageError when a setting is not positive.
    """
    return _to_db(amplitude, reference, floor, top_db, squared=True)


def db_to_power(decibels: ArrayLike, *, reference: float = 1.0) -> np.ndarray:
    """The power [...] at so many dB above `reference`: 20 dB -> 100."""
    return np.asarray(reference * np.power(10.0, np.asarray(decibels) / 10.0))


def db_to_amplitude(decibels: ArrayLike, *, reference: float = 1.0) -> np.ndarray:
    """The amplitude [...] at so many dB above `reference`: 20 dB -> 10."""
    return np.asarray(reference * np.power(10.0, np.asarray(decibels) / 20.0))


def snr_db(signal: ArrayLike, noise: ArrayLike = 1.0, *, amplitude: bool = False) -> float:
    """Signal-to-noise ratio in dB of two powers (100:1 -> 20 dB), or of two amplitudes (10:1 -> 20 dB).

    Arrays are taken as lists of powers or amplitudes and averaged (amplitudes by their squares). No
    noise at all is +inf, no signal -inf. Raises: UsageError for negative powers or nothing to average.
    """
    levels = []
    for name, value in (("signal", signal), ("noise", noise)):
        array = np.asarray(value, np.float64)
        array = np.square(array) if amplitude else array
        if array.size == 0 or np.any(array < 0) or np.any(np.isnan(array)):
            raise UsageError(f"the {name} is not a power, which is 0 or more", where="snr_db")
        levels.append(float(array.mean()))
    if levels[1] == 0.0:
        return float("nan") if levels[0] == 0.0 else float("inf")
    return float("-inf") if levels[0] == 0.0 else float(10.0 * np.log10(levels[0] / levels[1]))


def _to_db(values: ArrayLike, reference: float | str, floor: float, top_db: float | None, *, squared: bool) -> np.ndarray:
    array = np.asarray(values)
    array = np.abs(array) if squared or np.iscomplexobj(array) else array
    if array.dtype not in (np.float32, np.float64):
        array = array.astype(np.float64)
    if floor <= 0 or (top_db is not None and top_db < 0):
        raise UsageError("floor must be above 0 and top_db not below it", where="decibels")
    scale = 2 * _TEN_PER_E if squared else _TEN_PER_E
    axes = tuple(range(max(0, array.ndim - 2), array.ndim))
    # The natural logarithm has a vector form in numpy where log10 has none: twice as fast.
    decibels = np.maximum(array, array.dtype.type(floor))
    decibels = np.atleast_1d(decibels)
    np.log(decibels, out=decibels)
    decibels *= array.dtype.type(scale)
    decibels = decibels.reshape(array.shape)
    if isinstance(reference, str):
        if reference != "max":
            raise UsageError(f"the reference is a number or 'max', not {reference!r}", where="decibels")
        if array.size:
            decibels = decibels - decibels.max(axis=axes, keepdims=True)
    elif reference <= 0:
        raise UsageError(f"the reference must be above 0, not {reference}", where="decibels")
    elif reference != 1.0:
        decibels = decibels - array.dtype.type(scale * np.log(max(reference, floor)))
    if top_db is not None and array.size:
        decibels = np.maximum(decibels, decibels.max(axis=axes, keepdims=True) - array.dtype.type(top_db))
    return np.asarray(decibels)
