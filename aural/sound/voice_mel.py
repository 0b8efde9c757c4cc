"""The log-mel spectrogram between text and waveform: acoustic models make it, vocoders take it; and the way back to a spectrum."""

from __future__ import annotations

import functools
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from aural.sound.mel import MelOptions, mel_spectrogram
from aural.sound.spectrum import as_float

# The one that most published vocoders speak: 22.05 kHz, 1024 points each 256 samples, 80 bands up to 8 kHz, amplitudes.
VOICE = MelOptions(22050, 1024, 256, 80, 0.0, 8000.0, "slaney", "slaney", 1.0, center=False)
FLOOR = 1e-5  # amplitude below which all is silence


def at_rate(sample_rate: int) -> MelOptions:
    """The same picture at another rate: bands up to 8 kHz, or as far as the rate goes."""
    return replace(VOICE, sample_rate=sample_rate, f_max=min(8000.0, sample_rate / 2))


def name_of(options: MelOptions = VOICE) -> str:
    """The picture in words, as the cards of those that make it and of those that take it tell it."""
    return f"log-mel: {options.n_mels} bands to {options.f_max or 0:g} Hz, {options.n_fft} points each {options.hop} samples"


def margin(options: MelOptions = VOICE) -> int:
    """Samples that are mirrored at both ends, so that F frames stand for F * hop samples."""
    return (options.n_fft - options.hop) // 2


def voice_mel(samples: ArrayLike, *, options: MelOptions = VOICE) -> np.ndarray:
    """ln of the mel amplitudes of samples [T]: [M, F], F = T // hop (at least 1), values at least ln 1e-5.

    Frame f is centered on the middle of the samples f * hop .. (f + 1) * hop. Source: J. Kong et al., HiFi-GAN,
    arXiv:2010.05646 (its published settings).
    """
    array = as_float(samples)
    count, side = max(1, array.shape[-1] // options.hop), margin(options)
    # The mirror needs as many samples as it shows; what is shorter continues as silence.
    held = np.pad(array, (0, max(0, max(count * options.hop, side + 1) - array.shape[-1])))
    around = np.pad(held, (side, side), mode="reflect")
    mel = mel_spectrogram(around, options=options)[..., :count]
    return np.asarray(np.log(np.maximum(mel, FLOOR)), np.float32)


def to_amplitudes(log_mel: np.ndarray, *, options: MelOptions = VOICE, iterations: int = 60) -> np.ndarray:
    """Amplitudes [D, F] at least 0 whose mel bands come nearest to exp(log_mel [M, F]).

    Begins with the pseudo-inverse cut at 0, then multiplicative steps that never raise the squared error.
    Source: D. Lee and S. Seung, "Algorithms for non-negative matrix factorization", NIPS 2000, with a fixed basis.
    """
    bank, inverse, square = _bank(options)
    wanted = np.exp(np.asarray(log_mel, np.float64))
    guess = np.maximum(inverse @ wanted, 1e-8)
    pull = bank.T @ wanted
    for _ in range(iterations):
        guess *= pull / np.maximum(square @ guess, 1e-12)
    return np.asarray(guess)


@functools.lru_cache(maxsize=4)
def _bank(options: MelOptions) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The filter bank, its pseudo-inverse, and bank' bank, float64."""
    bank = options.bank.astype(np.float64)
    return bank, np.linalg.pinv(bank), bank.T @ bank
