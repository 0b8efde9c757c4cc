"""Timbre in numbers: where a spectrum has its weight, how wide, flat, peaked and noisy it is."""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import ArrayLike

from aural.errors import UsageError
from aural.sound.decibels import power_to_db
from aural.sound.spectrum import as_float, frames


def centroid(amplitude: ArrayLike, *, frequencies: np.ndarray) -> np.ndarray:
    """The mean frequency [..., F] in Hz, weighted by amplitude [..., D, F]: how bright; 0 in silence."""
    share = _shares(amplitude)
    return np.asarray(np.einsum("...df,d->...f", share, frequencies))


def bandwidth(amplitude: ArrayLike, *, frequencies: np.ndarray, exponent: float = 2.0) -> np.ndarray:
    """The spread [..., F] in Hz around the centroid of amplitude [..., D, F]."""
    share = _shares(amplitude)
    middle = np.einsum("...df,d->...f", share, frequencies)
    away = np.abs(frequencies[:, None] - middle[..., None, :])
    return np.asarray((share * away**exponent).sum(axis=-2) ** (1 / exponent))


def rolloff(amplitude: ArrayLike, *, frequencies: np.ndarray, share: float = 0.85) -> np.ndarray:
    """The frequency [..., F] in Hz below which `share` of the amplitude [..., D, F] lies."""
    if not 0 < share < 1:
        raise UsageError(f"the share lies between 0 and 1, not {share}", where="rolloff")
    sums = np.cumsum(_spectrum(amplitude), axis=-2)
    reached = sums >= share * sums[..., -1:, :]
    return np.asarray(frequencies[np.argmax(reached, axis=-2)])


def flatness(amplitude: ArrayLike, *, floor: float = 1e-10) -> np.ndarray:
    """Geometric over arithmetic mean of the power [..., F]: 0 a tone, 1 white noise. amplitude [..., D, F]."""
    power = np.maximum(np.square(_spectrum(amplitude)), floor)
    return np.asarray(np.exp(np.log(power).mean(axis=-2)) / power.mean(axis=-2))


def contrast(
    amplitude: ArrayLike, *, frequencies: np.ndarray, f_min: float = 200.0, n_bands: int = 6, quantile: float = 0.02
) -> np.ndarray:
    """Peaks against valleys in dB in octave bands from `f_min` (Hz): [..., n_bands + 1, F]. amplitude [..., D, F].

    Equal to librosa.feature.spectral_contrast. Raises: UsageError when a band lies above the spectrum.
    Source: D.-N. Jiang et al., "Music type classification by spectral contrast feature", ICME 2002.
    """
    spectrum = _spectrum(amplitude)
    edges = np.concatenate([[0.0], f_min * 2.0 ** np.arange(n_bands + 1)])
    if n_bands < 1 or not 0 < quantile < 1 or edges[-2] >= frequencies[-1]:
        raise UsageError(f"{n_bands} octaves from {f_min:g} Hz do not fit below {frequencies[-1]:g} Hz", where="contrast")
    rows = []
    for k, (low, high) in enumerate(itertools.pairwise(edges)):
        inside = np.flatnonzero((frequencies >= low) & (frequencies <= high))
        if not len(inside):
            raise UsageError(f"no frequency lies between {low:g} and {high:g} Hz", where="contrast", fix="Use a larger n_fft")
        first, last = inside[0] - (k > 0), (len(frequencies) if k == n_bands else inside[-1] + 1)
        few = max(1, round(quantile * (last - first)))
        # A band leaves its last bin to the next one, but the count above still holds it.
        ordered = np.sort(spectrum[..., first : last - (k < n_bands), :], axis=-2)
        peak, valley = ordered[..., -few:, :].mean(axis=-2), ordered[..., :few, :].mean(axis=-2)
        rows.append(np.stack([peak, valley]))
    both = np.stack(rows, axis=-2)
    levels = power_to_db(both[0], top_db=80.0), power_to_db(both[1], top_db=80.0)
    return np.asarray(levels[0] - levels[1])


def slope(amplitude: ArrayLike, *, frequencies: np.ndarray) -> np.ndarray:
    """The tilt [..., F] in dB per octave of amplitude [..., D, F]: a line fitted over log frequency, 0 Hz left out."""
    spectrum = _spectrum(amplitude)[..., 1:, :]
    octave = np.log2(frequencies[1:])
    # Every octave has the same say: bins count by the share of an octave that they cover.
    weight = 1.0 / frequencies[1:]
    weight = weight / weight.sum()
    level = power_to_db(np.square(spectrum), floor=1e-20)
    away = (octave - (weight * octave).sum()) * weight
    variance = (away * (octave - (weight * octave).sum())).sum()
    return np.asarray(np.einsum("...df,d->...f", level, away) / variance)


def zero_crossings(samples: ArrayLike, *, length: int = 2048, hop: int = 512) -> np.ndarray:
    """The share of samples [..., T] where the sign changes, per frame: [..., F], F = 1 + T // hop, edges repeated.

    Values within 1e-10 count as 0, and 0 as positive. Equal to librosa.feature.zero_crossing_rate.
    """
    array = as_float(samples)
    if not array.shape[-1]:
        return np.zeros((*array.shape[:-1], 0), array.dtype)
    half = length // 2
    padded = np.pad(array, [(0, 0)] * (array.ndim - 1) + [(half, half)], mode="edge")
    negative = padded < -1e-10
    change = np.zeros(padded.shape, np.uint8)
    change[..., 1:] = negative[..., 1:] != negative[..., :-1]
    sums = np.concatenate([np.zeros((*change.shape[:-1], 1), np.int64), np.cumsum(change, axis=-1, dtype=np.int64)], axis=-1)
    starts = np.arange(0, padded.shape[-1] - length + 1, hop)
    # The first sample of a frame has no neighbor inside it.
    return np.asarray((sums[..., starts + length] - sums[..., starts + 1]) / length)


def rms(samples: ArrayLike, *, length: int = 2048, hop: int = 512) -> np.ndarray:
    """Root mean square of samples [..., T] per frame: [..., F], F = 1 + T // hop, zeros at both ends (librosa's rms)."""
    array = as_float(samples)
    if not array.shape[-1]:
        return np.zeros((*array.shape[:-1], 0), array.dtype)
    half = length // 2
    padded = np.pad(array, [(0, 0)] * (array.ndim - 1) + [(half, half)])
    view = frames(padded, length=length, hop=hop)
    return np.asarray(np.sqrt(np.einsum("...fl,...fl->...f", view, view) / array.dtype.type(length)))


def _spectrum(amplitude: ArrayLike) -> np.ndarray:
    array = as_float(amplitude)
    if array.ndim < 2 or not array.shape[-2] or (array.size and array.min() < 0):
        raise UsageError(f"an amplitude spectrum is [..., D, F] and not below 0, not {array.shape}", where="timbre")
    return array


def _shares(amplitude: ArrayLike) -> np.ndarray:
    spectrum = _spectrum(amplitude)
    total = spectrum.sum(axis=-2, keepdims=True)
    return np.asarray(spectrum / np.where(total > np.finfo(spectrum.dtype).tiny, total, 1))
