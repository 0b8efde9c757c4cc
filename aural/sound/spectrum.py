"""The short-time Fourier transform and its inverse, power, and the spectrum of a slice."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from aural.errors import UsageError
from aural.sound.windows import window as taper

# Frames that are transformed at once: the working set then stays within a core's cache, and memory stays
# flat however long the sound is.
BLOCK = 256


@dataclass(frozen=True)
class Framing:
    """How sound is cut into slices: all lengths in samples; the defaults are 25 ms and 10 ms at 16 kHz.

    `n_fft` points are transformed; the taper is `window_length` long (None = n_fft) and stands in their
    middle. `center` puts frame f around sample f * hop and pads both ends by `pad` (reflect, constant,
    edge), so F = 1 + T // hop; without it F = 1 + (T - n_fft) // hop.
    """

    n_fft: int = 400
    hop: int = 160
    window_length: int | None = None
    window: str = "hann"
    center: bool = True
    pad: str = "reflect"

    def __post_init__(self) -> None:
        length = self.n_fft if self.window_length is None else self.window_length
        if self.n_fft < 1 or self.hop < 1 or not 1 <= length <= self.n_fft:
            raise UsageError(
                f"n_fft {self.n_fft}, hop {self.hop} and window length {length} do not fit together",
                where="spectrum",
                fix="All are at least 1, and the window is not longer than n_fft",
            )
        if self.pad not in ("reflect", "constant", "edge"):
            raise UsageError(f"there is no padding called {self.pad!r}", where="spectrum", fix="It is reflect, constant or edge")

    @classmethod
    def of_seconds(cls, sample_rate: float, *, window: float = 0.025, hop: float = 0.010, n_fft: int | None = None) -> Framing:
        """A framing told in seconds at a sample rate (Hz). `n_fft` None = the window, or longer if asked."""
        length, step = max(1, round(window * sample_rate)), max(1, round(hop * sample_rate))
        return cls(n_fft=max(length, n_fft or 0), hop=step, window_length=length)

    @property
    def bins(self) -> int:
        """D, the number of frequencies from 0 to half the sample rate."""
        return self.n_fft // 2 + 1

    def count(self, samples: int) -> int:
        """F, the number of frames of so many samples."""
        if samples < 1:
            return 0
        return 1 + samples // self.hop if self.center else max(0, 1 + (samples - self.n_fft) // self.hop)

    def frequencies(self, sample_rate: float) -> np.ndarray:
        """The frequency of each bin [D] in Hz."""
        return np.arange(self.bins) * (sample_rate / self.n_fft)

    def times(self, frames: int, sample_rate: float) -> np.ndarray:
        """The middle of each frame [F] in seconds."""
        return (np.arange(frames) * self.hop + (0 if self.center else self.n_fft / 2)) / sample_rate

    def taper(self) -> np.ndarray:
        """The taper [n_fft] float64, zeros on both sides where the window is shorter."""
        length = self.n_fft if self.window_length is None else self.window_length
        full = np.zeros(self.n_fft)
        left = (self.n_fft - length) // 2
        full[left : left + length] = taper(self.window, length=length)
        return full


DEFAULT = Framing()


def as_float(samples: ArrayLike) -> np.ndarray:
    """Samples as float32 or float64 (kept); anything else becomes float32."""
    array = np.asarray(samples)
    if array.ndim == 0:
        raise UsageError("a sound is an array with time as its last axis", where="samples")
    return array if array.dtype in (np.float32, np.float64) else array.astype(np.float32)


def items(lead: tuple[int, ...]) -> int:
    """How many sounds an array holds whose axes before the last ones are `lead`."""
    return math.prod(lead)


def frames(samples: ArrayLike, *, length: int, hop: int) -> np.ndarray:
    """Overlapping slices of samples [..., T] as a read-only view [..., F, length]; no padding.

    The view has no memory of its own: copy a block of it before a matrix product, which is some twenty
    times slower on overlapping strides.
    """
    array = np.asarray(samples)
    if array.shape[-1] < length:
        return np.zeros((*array.shape[:-1], 0, length), array.dtype)
    return np.lib.stride_tricks.sliding_window_view(array, length, axis=-1)[..., ::hop, :]


def stft(samples: ArrayLike, *, framing: Framing = DEFAULT) -> np.ndarray:
    """The short-time Fourier transform of samples [..., T]: complex [..., D, F], D = n_fft // 2 + 1.

    float32 gives complex64, float64 complex128. Equal to librosa.stft and torch.stft.
    """
    array = as_float(samples)
    lead, count = array.shape[:-1], framing.count(array.shape[-1])
    kind = np.complex64 if array.dtype == np.float32 else np.complex128
    spectrum = np.empty((*lead, framing.bins, count), kind)
    flat = spectrum.reshape(items(lead), framing.bins, count)
    for item, start, block in blocks(array, framing=framing):
        flat[item, :, start : start + len(block)] = block.T
    return spectrum


def blocks(samples: ArrayLike, *, framing: Framing = DEFAULT) -> Iterator[tuple[int, int, np.ndarray]]:
    """The transform of samples [..., T] in blocks: (item, first frame, complex [F of the block, D]).

    Items count the leading axes in C order. The array is used again for the next block: take what you
    need from it before you ask for more.
    """
    array = as_float(samples)
    flat = array.reshape(items(array.shape[:-1]), array.shape[-1])
    window = framing.taper().astype(array.dtype)
    kind = np.complex64 if array.dtype == np.float32 else np.complex128
    sliced = np.empty((BLOCK, framing.n_fft), array.dtype)
    out = np.empty((BLOCK, framing.bins), kind)
    for item, one in enumerate(flat):
        if not framing.count(len(one)):
            continue
        half = framing.n_fft // 2
        padded = _pad(one, half, framing.pad) if framing.center else one
        view = frames(padded, length=framing.n_fft, hop=framing.hop)
        for start in range(0, len(view), BLOCK):
            part = view[start : start + BLOCK]
            n = len(part)
            np.multiply(part, window, out=sliced[:n])
            np.fft.rfft(sliced[:n], axis=-1, out=out[:n])
            yield item, start, out[:n]


def istft(spectrum: ArrayLike, *, framing: Framing = DEFAULT, length: int | None = None) -> np.ndarray:
    """Samples [..., T] from a transform [..., D, F] by weighted overlap-add; the inverse of `stft`.

    `length` is T where it is known. Reconstruction is exact wherever the tapers overlap without a gap.
    Raises: UsageError when D does not fit n_fft, or the hop leaves gaps between the tapers.
    """
    array = np.asarray(spectrum)
    if array.ndim < 2 or array.shape[-2] != framing.bins:
        raise UsageError(f"the spectrum has shape {array.shape}", where="istft", fix=f"It is [..., {framing.bins}, F] here")
    lead, count = array.shape[:-2], array.shape[-1]
    real = np.float32 if array.dtype == np.complex64 else np.float64
    window = framing.taper()
    total = max(0, (count - 1) * framing.hop + framing.n_fft) if count else 0
    weight = np.zeros(total)
    for f in range(count):
        weight[f * framing.hop : f * framing.hop + framing.n_fft] += window**2
    half = framing.n_fft // 2 if framing.center else 0
    stop = total - half if length is None else half + length
    inside = weight[half : min(stop, total - half)] if framing.center else weight[framing.n_fft // 2 : total - framing.n_fft // 2]
    if inside.size and inside.min() < 1e-10 * window.max() ** 2:
        raise UsageError("the hop leaves gaps between the windows", where="istft", fix="Use a hop below half the window length")
    weight = np.where(weight > 1e-10, weight, 1.0)
    flat = array.reshape(items(lead), framing.bins, count)
    sound = np.zeros((len(flat), max(total, stop)), real)
    for item, one in enumerate(flat):
        sums = np.zeros(total)
        for start in range(0, count, BLOCK):
            slices = np.fft.irfft(one[:, start : start + BLOCK].T, framing.n_fft, axis=-1) * window
            for k, piece in enumerate(slices):
                at = (start + k) * framing.hop
                sums[at : at + framing.n_fft] += piece
        sound[item, :total] = sums / weight
    return sound[:, half:stop].reshape(*lead, max(0, stop - half))


def power(spectrum: ArrayLike) -> np.ndarray:
    """The energy of each bin, |X|^2 = real^2 + imaginary^2, of a complex spectrum [...]; same shape, real."""
    array = np.asarray(spectrum)
    return np.asarray(np.square(array.real) + np.square(array.imag))


def spectrogram(samples: ArrayLike, *, framing: Framing = DEFAULT, exponent: float = 2.0) -> np.ndarray:
    """Energy over time and frequency of samples [..., T]: [..., D, F]; exponent 2 = power, 1 = amplitude."""
    array = as_float(samples)
    lead, count = array.shape[:-1], framing.count(array.shape[-1])
    out = np.empty((*lead, framing.bins, count), array.dtype)
    flat = out.reshape(items(lead), framing.bins, count)
    for item, start, block in blocks(array, framing=framing):
        energy = power(block)
        if exponent == 1.0:
            np.sqrt(energy, out=energy)
        elif exponent != 2.0:
            energy **= exponent / 2
        flat[item, :, start : start + len(block)] = energy.T
    return out


def amplitude_spectrum(samples: ArrayLike, *, sample_rate: float, window: str = "hann") -> tuple[np.ndarray, np.ndarray]:
    """The spectrum of one slice [..., T]: (frequencies [D] in Hz, amplitudes [..., D]).

    Scaled so that a lasting sine of amplitude a shows a at its frequency. D = T // 2 + 1.
    """
    array = as_float(samples)
    length = array.shape[-1]
    if length < 1:
        raise UsageError("an empty slice has no spectrum", where="amplitude_spectrum")
    fade = taper(window, length=length)
    amplitude = np.abs(np.fft.rfft(array * fade, axis=-1)) * (2 / fade.sum())
    amplitude[..., 0] /= 2
    if length % 2 == 0:
        amplitude[..., -1] /= 2
    return np.arange(length // 2 + 1) * (sample_rate / length), amplitude


def mean_power(samples: ArrayLike, *, framing: Framing = DEFAULT) -> np.ndarray:
    """The power spectrum [..., D] averaged over all frames of samples [..., T] (Welch's way)."""
    array = as_float(samples)
    lead, count = array.shape[:-1], framing.count(array.shape[-1])
    total = np.zeros((items(lead), framing.bins))
    for item, _, block in blocks(array, framing=framing):
        total[item] += power(block).sum(axis=0, dtype=np.float64)
    return (total / max(count, 1)).reshape(*lead, framing.bins)


def _pad(samples: np.ndarray, half: int, how: str) -> np.ndarray:
    if how == "constant":
        return np.pad(samples, half)
    return np.pad(samples, half, mode="reflect" if how == "reflect" else "edge")
