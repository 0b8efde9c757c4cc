"""Log filter-bank energies as Kaldi computes them, which most speaker and speech models were trained on."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from aural.errors import UsageError
from aural.sound.mel import energy_of, filterbank
from aural.sound.spectrum import BLOCK, as_float, frames, items
from aural.sound.windows import window as taper

_SMALLEST = 1.1920929e-07  # float32's epsilon, Kaldi's floor before the logarithm
_FULL_SCALE = 32768.0  # Kaldi reads 16-bit integers


def kaldi_fbank(
    samples: ArrayLike,
    n_mels: int = 80,
    *,
    sample_rate: int = 16000,
    window: str = "hamming",
    low: float = 20.0,
    high: float = 0.0,
    preemphasis: float = 0.97,
) -> np.ndarray:
    """Log energies in mel bands of samples [..., T] in -1..1: float32 [..., F, M], natural logarithm.

    25 ms slices each 10 ms without padding, F = 1 + (T - 400) // 160 at 16 kHz (0 when shorter), no dither,
    mean removed, pre-emphasis, symmetric taper ("hamming" or Kaldi's own "povey"), FFT of the next power
    of two, bands from `low` to `high` Hz (0 or below: counted from half the sample rate).
    Raises: UsageError when the bands do not fit the sample rate.
    Source: D. Povey et al., "The Kaldi speech recognition toolkit", ASRU 2011.
    """
    array = as_float(samples)
    length, hop = sample_rate * 25 // 1000, sample_rate * 10 // 1000
    if hop < 1:
        raise UsageError(f"a sample rate of {sample_rate} Hz is too low for 10 ms steps", where="kaldi_fbank")
    n_fft = 1 << (length - 1).bit_length()
    top = sample_rate / 2 + high if high <= 0 else high
    bank = filterbank(sample_rate, n_fft=n_fft, n_mels=n_mels, f_min=low, f_max=top, straight_in="mel")
    fade = taper(window, length=length, periodic=False)
    flat = array.reshape(items(array.shape[:-1]), array.shape[-1])
    count = max(0, 1 + (array.shape[-1] - length) // hop)
    out = np.empty((len(flat), count, n_mels), np.float32)
    fade32 = (fade * _FULL_SCALE).astype(np.float32)
    weights = np.ascontiguousarray(bank.T)
    for item, one in enumerate(flat):
        view = frames(one.astype(np.float32, copy=False), length=length, hop=hop)
        for start in range(0, len(view), BLOCK):
            part = view[start : start + BLOCK].copy()
            part -= part.mean(axis=1, keepdims=True, dtype=np.float64).astype(np.float32)
            part[:, 1:] -= preemphasis * part[:, :-1]
            part[:, 0] *= 1 - preemphasis
            part *= fade32
            energy = energy_of(np.fft.rfft(part, n_fft, axis=-1))
            np.matmul(energy, weights, out=out[item, start : start + len(part)])
    np.maximum(out, np.float32(_SMALLEST), out=out)
    np.log(out, out=out)
    return out.reshape(*array.shape[:-1], count, n_mels)
