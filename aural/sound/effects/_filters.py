"""Convolution without delay: what rooms and bands share."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]
_PIECE = 1 << 16


def convolved(samples: Samples, taps: NDArray[np.floating], delay: int = 0) -> Samples:
    """[C, T] convolved with `taps` [N] and moved back by `delay` samples; the length stays T.

    By FFT in pieces (overlap-add), so that memory follows the piece.
    """
    length, reach = samples.shape[1], len(taps) - 1
    size = 1 << int(np.ceil(np.log2(2 * max(_PIECE // 2, len(taps)))))
    step = size - reach
    spectrum = np.fft.rfft(taps.astype(np.float64), size)
    out = np.zeros((samples.shape[0], length + reach), np.float64)
    for at in range(0, length, step):
        piece = np.fft.irfft(np.fft.rfft(samples[:, at : at + step], size) * spectrum, size)
        last = min(at + size, length + reach)
        out[:, at:last] += piece[:, : last - at]
    return out[:, delay : delay + length].astype(np.float32)


def band_pass(low: float, high: float, sample_rate: int, taps: int = 513) -> NDArray[np.float64]:
    """A symmetric filter [taps] that passes `low`..`high` Hz: windowed sinc (Hamming), delay (taps - 1) / 2."""
    at = np.arange(taps) - (taps - 1) / 2
    upper, lower = 2 * high / sample_rate, 2 * low / sample_rate
    return np.asarray((upper * np.sinc(upper * at) - lower * np.sinc(lower * at)) * np.hamming(taps))
