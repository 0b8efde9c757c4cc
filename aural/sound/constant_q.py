"""The constant-Q transform: bins at equal musical steps, each as sharp as its pitch asks for."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from aural.errors import UsageError
from aural.sound.spectrum import as_float, items
from aural.sound.windows import window as taper

_MARGINS = 8  # a block holds so many times what its wavelets reach over one of its ends
_FAINT = 1e-6  # away from its main lobe a wavelet weighs next to nothing: what is dropped is 120 dB down
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
    bank = _bank(options)
    kind = np.complex64 if array.dtype == np.float32 else np.complex128
    flat = array.reshape(items(array.shape[:-1]), array.shape[-1])
    count = 1 + array.shape[-1] // options.hop if array.shape[-1] else 0
    out: np.ndarray = np.zeros((len(flat), options.n_bins, count), kind)
    octaves = [(first, low, weights.astype(kind)) for first, low, weights in bank.octaves]
    length, margin = bank.frames * options.hop, bank.margin * options.hop
    for item, one in enumerate(flat if count else []):
        for start in range(0, count, bank.frames - 2 * bank.margin):
            begin = start * options.hop - margin
            block = np.zeros(length, one.dtype)
            part = one[max(begin, 0) : begin + length]
            block[max(-begin, 0) : max(-begin, 0) + len(part)] = part
            spectrum: np.ndarray = np.fft.rfft(block)
            for first, low, weights in octaves:
                told = _at_hops(weights * spectrum[low : low + weights.shape[1]], low, bank.frames)[:, bank.margin :]
                last = min(count - start, bank.frames - 2 * bank.margin)
                out[item, first : first + len(weights), start : start + last] = told[:, :last]
    return out.reshape(*array.shape[:-1], options.n_bins, count)


def _at_hops(spectra: np.ndarray, low: int, count: int) -> np.ndarray:
    """The inverse transform of spectra [K, W], which begin at frequency `low`, at `count` equal steps of time alone [K, count].

    At steps, frequencies that lie `count` apart look the same: they are added up, and a short transform is left.
    """
    shift = low % count
    filled = np.pad(spectra, ((0, 0), (shift, -(shift + spectra.shape[1]) % count)))
    return np.asarray(np.fft.ifft(filled.reshape(len(spectra), -1, count).sum(axis=1), axis=1))


@dataclass(frozen=True, eq=False)
class _Bank:
    """A block has `frames` hops, of which `margin` at each end are not whole. octaves: for each its first bin, its
    lowest frequency, and what its wavelets make of the spectrum of a block there."""

    frames: int
    margin: int
    octaves: tuple[tuple[int, int, np.ndarray], ...]


@functools.lru_cache(maxsize=4)
def _bank(options: ConstantQ) -> _Bank:
    """The wavelets' spectra. Raises: UsageError when a bin lies above half the sample rate."""
    highest = options.frequencies[-1] * (1 + 1 / options.bins_per_octave) if options.n_bins > 0 else np.inf
    if options.f_min <= 0 or highest > options.sample_rate / 2:
        raise UsageError(
            f"{options.n_bins} bins from {options.f_min:g} Hz do not fit below {options.sample_rate / 2:g} Hz",
            where="constant_q",
            fix="Ask for fewer bins, or resample to a higher rate",
        )
    margin = int(np.ceil(options.lengths.max() / 2 / options.hop)) + 1
    count = 1 << int(np.ceil(np.log2(_MARGINS * margin)))
    n_fft = count * options.hop
    octaves = []
    for first in range(0, options.n_bins, options.bins_per_octave):
        chosen = slice(first, first + options.bins_per_octave)
        pitches = zip(options.frequencies[chosen], options.lengths[chosen], strict=True)
        spectra = np.stack([_wavelet(f, n, options.sample_rate, n_fft) for f, n in pitches])
        strong = np.flatnonzero((np.abs(spectra) > _FAINT * np.abs(spectra).max()).any(axis=0))
        octaves.append((first, int(strong[0]), spectra[:, strong[0] : strong[-1] + 1] / options.hop))
    return _Bank(count, margin, tuple(octaves))


def _wavelet(frequency: float, length: float, sample_rate: int, n_fft: int) -> np.ndarray:
    """The spectrum [n_fft / 2 + 1] that a signal's is multiplied with to see how much of one pitch is around each moment."""
    at = np.arange(np.floor(-length / 2), np.floor(length / 2))
    wavelet = np.exp(2j * np.pi * frequency / sample_rate * at) * taper("hann", length=len(at))
    wavelet *= np.sqrt(length) / np.abs(wavelet).sum()
    full = np.zeros(n_fft, np.complex128)
    full[at.astype(int) % n_fft] = wavelet
    return np.asarray(np.fft.fft(full)[: n_fft // 2 + 1])
