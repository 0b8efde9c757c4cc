"""Formants: where a voice's tube resonates, frame by frame, from linear prediction.

A frame is told by the last ones of its own samples as well as it can be (an all-pole model); the poles are the resonances.
Source: J. Makhoul, "Linear prediction: a tutorial review", Proceedings of the IEEE 63(4), 1975; five formants below 5.5 kHz
as P. Boersma and D. Weenink's Praat takes them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from aural.errors import UsageError

RATE = 11000  # Hz: five formants of a usual voice lie below its half
_EMPHASIS = 0.97
_ORDER, _KEPT = 10, 4
_WIDEST, _LOWEST = 600.0, 90.0  # Hz: wider poles shape the slope, and no tube resonates lower
_QUIET = 45.0  # dB below the loudest frame: nothing is told there


@dataclass(frozen=True, eq=False)
class Formants:
    """Frequencies and bandwidths [F, 4] in Hz, lowest first, NaN = none; frame f is centered at f * hop (s)."""

    frequency: np.ndarray
    bandwidth: np.ndarray
    hop: float


def formants(samples: np.ndarray, *, sample_rate: int = RATE, window: float = 0.025, hop: float = 0.01) -> Formants:
    """The first four formants of samples [T] at 11 kHz (others fit where five formants lie below half the rate).

    Raises: UsageError for samples that are no row, or a window shorter than the model's order.
    """
    width, step = round(window * sample_rate), round(hop * sample_rate)
    if samples.ndim != 1 or width <= _ORDER or step < 1:
        raise UsageError(f"formants are told of one row in windows above {_ORDER} samples", where="formants")
    count = 1 + len(samples) // step
    emphasized = np.append(samples[:1], samples[1:] - _EMPHASIS * samples[:-1]).astype(np.float64)
    padded = np.pad(emphasized, (width // 2, width))
    frames = padded[np.arange(count)[:, None] * step + np.arange(width)] * np.hamming(width)
    power = np.square(frames).sum(axis=1)
    heard = power > max(float(power.max(initial=0.0)) * 10 ** (-_QUIET / 10), 1e-12)
    frequency, bandwidth = np.full((2, count, _KEPT), np.nan)
    if heard.any():
        frequency[heard], bandwidth[heard] = _resonances(predictor(frames[heard], _ORDER), sample_rate)
    return Formants(frequency, bandwidth, step / sample_rate)


def predictor(frames: np.ndarray, order: int) -> np.ndarray:
    """Coefficients [F, order + 1] of 1 + a_1 z^-1 + ... that leave least of tapered frames [F, T] (Levinson and Durbin)."""
    size = 1 << int(np.ceil(np.log2(frames.shape[1] + order + 1)))
    r = np.fft.irfft(np.square(np.abs(np.fft.rfft(frames, size))))[:, : order + 1]
    r[:, 0] = r[:, 0] * (1 + 1e-9) + 1e-30
    a = np.zeros((len(frames), order + 1))
    a[:, 0], left = 1.0, r[:, 0].copy()
    for k in range(1, order + 1):
        mirror = -(a[:, :k] * r[:, k:0:-1]).sum(axis=1) / left
        a[:, 1 : k + 1] += mirror[:, None] * a[:, k - 1 :: -1][:, :k]
        left *= np.maximum(1 - mirror**2, 1e-12)
    return a


def _resonances(a: np.ndarray, sample_rate: int) -> tuple[np.ndarray, np.ndarray]:
    """Frequencies and bandwidths [F, 4] of the narrow poles in the upper half plane, lowest first."""
    order = a.shape[1] - 1
    companion = np.zeros((len(a), order, order))
    companion[:, 0], companion[:, np.arange(1, order), np.arange(order - 1)] = -a[:, 1:], 1.0
    poles = np.linalg.eigvals(companion)
    hz = np.angle(poles) * sample_rate / (2 * np.pi)
    wide = -np.log(np.maximum(np.abs(poles), 1e-9)) * sample_rate / np.pi
    real = (hz > _LOWEST) & (hz < sample_rate / 2 - 50) & (wide < _WIDEST)
    places = np.argsort(np.where(real, hz, np.inf), axis=1)[:, :_KEPT]
    kept = np.take_along_axis(real, places, axis=1)
    told = (np.where(kept, np.take_along_axis(values, places, axis=1), np.nan) for values in (hz, wide))
    return next(told), next(told)
