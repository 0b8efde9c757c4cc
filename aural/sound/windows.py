"""Tapers that fade a slice of sound in and out, against leakage in its spectrum."""

from __future__ import annotations

import numpy as np

from aural.errors import UsageError

NAMES = ("hann", "hamming", "blackman", "bartlett", "povey", "rectangular")


def window(name: str, *, length: int, periodic: bool = True) -> np.ndarray:
    """A taper [length] float64, 1 at its middle.

    `periodic` leaves out the last point of the symmetric taper, as a spectrum over overlapping slices
    wants it; False gives the symmetric form (numpy.hanning and Kaldi's). Names: hann, hamming,
    blackman, bartlett, povey (Kaldi's Hann to the power 0.85), rectangular.
    Raises: UsageError for an unknown name or a length below 1.
    Source: F. J. Harris, "On the use of windows for harmonic analysis with the DFT", Proc. IEEE 66, 1978.
    """
    if length < 1:
        raise UsageError(f"a window needs at least 1 sample, not {length}", where="window")
    if name == "rectangular" or length == 1:
        _check(name)
        return np.ones(length)
    turn = 2 * np.pi * np.arange(length) / (length if periodic else length - 1)
    if name == "hann":
        return np.asarray(0.5 - 0.5 * np.cos(turn))
    if name == "hamming":
        return np.asarray(0.54 - 0.46 * np.cos(turn))
    if name == "blackman":
        return np.asarray(np.maximum(0.42 - 0.5 * np.cos(turn) + 0.08 * np.cos(2 * turn), 0.0))
    if name == "bartlett":
        return np.asarray(1 - np.abs(turn / np.pi - 1))
    if name == "povey":
        return np.asarray((0.5 - 0.5 * np.cos(turn)) ** 0.85)
    _check(name)
    raise AssertionError(name)


def _check(name: str) -> None:
    if name not in NAMES:
        raise UsageError(f"there is no window called {name!r}", where="window", fix=f"It is one of: {', '.join(NAMES)}")
