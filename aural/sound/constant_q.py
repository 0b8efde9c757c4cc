"""The constant-Q transform: bins at equal musical steps, each as sharp as its pitch asks for."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from aural.errors import UsageError
from aural.sound.spectrum import as_float, frames, items
from aural.sound.windows import window as taper

# Frames at once: some 4 MB of them.
_STEP = 64
C1 = 440.0 * 2.0 ** ((24 - 69) / 12)


@dataclass(frozen=True)
class ConstantQ:
    """Seven octaves from C1 (32.7 Hz) in semitones unless told otherwise; hop in samples, rates in Hz."""

    sample_rate: int = 22050
    hop: int = 512
    f_min: float = C1
    n_bins: int = 84
    bins_per_octave: int = 12

    @property
    def frequencies(self) -> np.ndarray:
        """The pitch of each bin [K] in Hz."""
        return np.asarray(self.f_min * 2.0 ** (np.arange(self.n_bins) / self.bins_per_octave))

    @property
    def lengths(self) -> np.ndarray:
        """The length of each bin's wavelet [K] in samples."""
        ratio = 2.0 ** (2.0 / self.bins_per_octave)
        return np.asarray((ratio + 1) / (ratio - 1) * self.sample_rate / self.frequencies)

    def within(self, sample_rate: int) -> ConstantQ:
        """The same at another sample rate, with as many bins as fit below half of it."""
        steps = int(np.floor(self.bins_per_octave * np.log2(0.45 * sample_rate / self.f_min)))
        return ConstantQ(sample_rate, self.hop, self.f_min, max(1, min(self.n_bins, steps)), self.bins_per_octave)


DEFAULT = ConstantQ()


def constant_q(samples: ArrayLike, *, options: ConstantQ = DEFAULT) -> np.ndarray:
    """The constant-Q transform of samples [..., T]: complex [..., K, F], F = 1 + T // hop, ends padded with zeros.

    Equal to librosa.cqt (scaled by the wavelets' lengths) within rounding where that computes at the full
    rate; its lower octaves, which it computes from resampled sound, agree within that resampling's error.
    Raises: UsageError when a bin lies above half the sample rate.
    Source: J. C. Brown, "Calculation of a constant Q spectral transform", JASA 89, 1991.
    """
    array = as_float(samples)
    n_fft, groups = _bank(options)
    kind = np.complex64 if array.dtype == np.float32 else np.complex128
    flat = array.reshape(items(array.shape[:-1]), array.shape[-1])
    count = 1 + array.shape[-1] // options.hop if array.shape[-1] else 0
    out: np.ndarray = np.zeros((len(flat), options.n_bins, count), kind)
    matrices: list[tuple[int, int, np.ndarray]] = [(first, low, weights.astype(kind)) for first, low, weights in groups]
    for item, one in enumerate(flat if count else []):
        view = frames(np.pad(one, n_fft // 2), length=n_fft, hop=options.hop)
        for start in range(0, count, _STEP):
            spectrum: np.ndarray = np.fft.rfft(np.ascontiguousarray(view[start : start + _STEP]), axis=-1)
            for first, low, weights in matrices:
                part = np.ascontiguousarray(spectrum[:, low : low + weights.shape[1]])
                out[item, first : first + len(weights), start : start + _STEP] = weights @ part.T
    return out.reshape(*array.shape[:-1], options.n_bins, count)


@functools.lru_cache(maxsize=4)
def _bank(options: ConstantQ) -> tuple[int, tuple[tuple[int, int, np.ndarray], ...]]:
    """n_fft, and for each octave its first bin, its lowest frequency and its wavelets' spectra there."""
    highest = options.frequencies[-1] * (1 + 1 / options.bins_per_octave) if options.n_bins > 0 else np.inf
    if options.f_min <= 0 or highest > options.sample_rate / 2:
        raise UsageError(
            f"{options.n_bins} bins from {options.f_min:g} Hz do not fit below {options.sample_rate / 2:g} Hz",
            where="constant_q",
            fix="Ask for fewer bins, or resample to a higher rate",
        )
    n_fft = 1 << int(np.ceil(np.log2(options.lengths.max())))
    spectra = np.zeros((options.n_bins, n_fft // 2 + 1), np.complex128)
    for k, (frequency, length) in enumerate(zip(options.frequencies, options.lengths, strict=True)):
        at = np.arange(np.floor(-length / 2), np.floor(length / 2))
        wavelet = np.exp(2j * np.pi * frequency / options.sample_rate * at) * taper("hann", length=len(at))
        wavelet *= np.sqrt(length) / np.abs(wavelet).sum() / n_fft
        full = np.zeros(n_fft, np.complex128)
        left = (n_fft - len(at)) // 2
        full[left : left + len(at)] = wavelet
        spectra[k] = np.fft.fft(full)[: n_fft // 2 + 1]
    groups = []
    for first in range(0, options.n_bins, options.bins_per_octave):
        octave = spectra[first : first + options.bins_per_octave]
        # Away from its main lobe a wavelet weighs next to nothing: what is dropped is 120 dB down.
        strong = np.flatnonzero((np.abs(octave) > 1e-6 * np.abs(octave).max()).any(axis=0))
        groups.append((first, int(strong[0]), octave[:, strong[0] : strong[-1] + 1]))
    return n_fft, tuple(groups)
