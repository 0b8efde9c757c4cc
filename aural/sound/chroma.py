"""Chroma: how much of each of the twelve pitch classes sounds, whatever the octave."""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import ArrayLike

from aural.errors import UsageError
from aural.sound.constant_q import ConstantQ, constant_q
from aural.sound.spectrum import Framing, as_float, spectrogram

PITCH_CLASSES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
_DEFAULT = Framing(2048, 512, pad="constant")


@functools.lru_cache(maxsize=8)
def chroma_bank(sample_rate: float, *, n_fft: int = 2048, tuning: float = 0.0) -> np.ndarray:
    """Weights [12, D] float32 from spectrum bins to pitch classes, C first; tuning in semitones off A = 440 Hz.

    Each bin spreads as a bell over the classes near its pitch, and weighs most around the fifth octave.
    Equal to librosa.filters.chroma. Read-only.
    """
    if n_fft < 2 or sample_rate <= 0:
        raise UsageError(f"n_fft {n_fft} at {sample_rate:g} Hz makes no chroma", where="chroma")
    low_a = 440.0 * 2.0 ** (tuning / 12) / 16.0
    hz = np.arange(1, n_fft) * (sample_rate / n_fft)
    pitch = 12 * np.log2(hz / low_a)
    pitch = np.concatenate([[pitch[0] - 18.0], pitch])
    width = np.append(np.maximum(np.diff(pitch), 1.0), 1.0)
    off = np.remainder(pitch[None, :] - np.arange(12)[:, None] + 126.0, 12.0) - 6.0
    bank = np.exp(-0.5 * (2.0 * off / width) ** 2)
    bank /= np.sqrt(np.square(bank).sum(axis=0, keepdims=True))
    bank *= np.exp(-0.5 * ((pitch / 12.0 - 5.0) / 2.0) ** 2)
    narrow: np.ndarray = np.roll(bank, -3, axis=0)[:, : n_fft // 2 + 1].astype(np.float32)
    narrow.flags.writeable = False
    return narrow


def chroma(samples: ArrayLike, *, sample_rate: float, framing: Framing = _DEFAULT, tuning: float = 0.0) -> np.ndarray:
    """Pitch classes over time of samples [..., T]: [..., 12, F], C first, the strongest of each frame is 1.

    Equal to librosa.feature.chroma_stft for the same tuning (semitones).
    """
    array = as_float(samples)
    energy = spectrogram(array, framing=framing)
    bank = chroma_bank(sample_rate, n_fft=framing.n_fft, tuning=tuning).astype(array.dtype)
    return _peak_one(bank @ energy)


def chroma_constant_q(samples: ArrayLike, *, options: ConstantQ | None = None) -> np.ndarray:
    """Pitch classes from the constant-Q transform of samples [..., T]: [..., 12, F], C first, peak 1.

    Amplitudes of the same class are added over the octaves.
    """
    options = options or ConstantQ()
    if options.bins_per_octave % 12:
        raise UsageError(f"{options.bins_per_octave} bins an octave do not fold into 12 classes", where="chroma")
    amplitude = np.abs(constant_q(samples, options=options))
    midi = 69 + 12 * np.log2(options.frequencies / 440.0)
    fold = (np.round(midi).astype(int)[None, :] % 12 == np.arange(12)[:, None]).astype(amplitude.dtype)
    return _peak_one(fold @ amplitude)


def _peak_one(values: np.ndarray) -> np.ndarray:
    peak = values.max(axis=-2, keepdims=True) if values.size else values
    return np.asarray(values / np.where(peak > np.finfo(values.dtype).tiny, peak, 1))
