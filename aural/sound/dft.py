"""The discrete Fourier transform written out as its sums, to read and to check the fast one against."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike


def dft(samples: ArrayLike) -> np.ndarray:
    """X_k = sum over t of x_t exp(-2 pi i k t / T) for samples [..., T]: complex128 [..., T].

    A change of basis: each X_k tells how much of one complex oscillation is in the sound. Costs T^2
    products; equal to numpy.fft.fft.
    """
    x = np.asarray(samples, np.complex128)
    turns = _turns(x.shape[-1])
    return np.asarray(x @ (np.cos(turns) - 1j * np.sin(turns)))


def dft_cos_sin(samples: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """The same transform of real samples [..., T] in real numbers: (sum x_t cos, sum x_t (-sin)), each [..., T]."""
    x = np.asarray(samples, np.float64)
    turns = _turns(x.shape[-1])
    return np.asarray(x @ np.cos(turns)), np.asarray(x @ -np.sin(turns))


def inverse_dft(spectrum: ArrayLike) -> np.ndarray:
    """x_t = 1 / T sum over k of X_k exp(2 pi i k t / T) for a spectrum [..., T]: complex128 [..., T]."""
    x = np.asarray(spectrum, np.complex128)
    length = x.shape[-1]
    turns = _turns(length)
    return np.asarray(x @ (np.cos(turns) + 1j * np.sin(turns)) / max(length, 1))


def energy(spectrum: ArrayLike) -> np.ndarray:
    """|X_k|^2 of a complex spectrum [...]: how much energy each frequency carries; same shape."""
    x = np.asarray(spectrum)
    return np.asarray(np.square(x.real) + np.square(x.imag))


def nyquist(sample_rate: float) -> float:
    """The highest frequency (Hz) that a sample rate (Hz) can hold: half of it."""
    return sample_rate / 2


def _turns(length: int) -> np.ndarray:
    """The angle of every step of every oscillation [T, T]; k t is reduced first so that large products stay exact."""
    k = np.arange(length)
    return np.asarray(2 * np.pi * ((k[:, None] * k[None, :]) % max(length, 1)) / max(length, 1))
