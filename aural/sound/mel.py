"""The mel scale, its triangular filter banks, mel and log-mel spectrograms."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from aural.errors import UsageError
from aural.sound.decibels import power_to_db
from aural.sound.spectrum import Framing, as_float, blocks, items

# Slaney's scale is a line up to 1 kHz and a logarithm above it.
_LINE = 200.0 / 3.0
_KNEE_HZ, _KNEE_MEL = 1000.0, 15.0
_STEP = np.log(6.4) / 27.0


def hz_to_mel(hz: ArrayLike, *, scale: str = "htk") -> np.ndarray:
    """Frequency [...] in Hz on the mel scale, on which equal steps are heard as equal steps.

    htk: 2595 log10(1 + f / 700), the same as 1127 ln(1 + f / 700) but for rounding; slaney: a line up to
    1 kHz, then a logarithm (Auditory Toolbox, librosa's default). Raises: UsageError for another scale.
    """
    f = np.asarray(hz, np.float64)
    if scale == "htk":
        return np.asarray(2595.0 * np.log10(1.0 + f / 700.0))
    if scale == "slaney":
        return np.where(f < _KNEE_HZ, f / _LINE, _KNEE_MEL + np.log(np.maximum(f, _KNEE_HZ) / _KNEE_HZ) / _STEP)
    raise _no_scale(scale)


def mel_to_hz(mel: ArrayLike, *, scale: str = "htk") -> np.ndarray:
    """Mel [...] as frequency in Hz; the inverse of `hz_to_mel`. Raises: UsageError for another scale."""
    m = np.asarray(mel, np.float64)
    if scale == "htk":
        return np.asarray(700.0 * (10.0 ** (m / 2595.0) - 1.0))
    if scale == "slaney":
        return np.where(m < _KNEE_MEL, m * _LINE, _KNEE_HZ * np.exp(_STEP * (m - _KNEE_MEL)))
    raise _no_scale(scale)


@dataclass(frozen=True)
class MelOptions:
    """How a mel spectrogram is made. The defaults are n_fft 400, hop 160 and 80 bands at 16 kHz.

    They equal torchaudio's MelSpectrogram(16000, 400, hop_length=160, n_mels=80). librosa's
    melspectrogram is scale="slaney", norm="slaney", pad="constant". `exponent` 2 sums power, 1 amplitude;
    `f_max` None is half the sample rate; lengths are samples, frequencies Hz.
    """

    sample_rate: int = 16000
    n_fft: int = 400
    hop: int = 160
    n_mels: int = 80
    f_min: float = 0.0
    f_max: float | None = None
    scale: str = "htk"
    norm: str | None = None
    exponent: float = 2.0
    window_length: int | None = None
    window: str = "hann"
    center: bool = True
    pad: str = "reflect"

    @property
    def framing(self) -> Framing:
        return Framing(self.n_fft, self.hop, self.window_length, self.window, self.center, self.pad)

    @property
    def bank(self) -> np.ndarray:
        """The filter bank [M, D] float32 of these options."""
        return filterbank(
            self.sample_rate,
            n_fft=self.n_fft,
            n_mels=self.n_mels,
            f_min=self.f_min,
            f_max=self.f_max,
            scale=self.scale,
            norm=self.norm,
        )


DEFAULT = MelOptions()
WHISPER = MelOptions(scale="slaney", norm="slaney")


@functools.lru_cache(maxsize=32)
def filterbank(
    sample_rate: float,
    *,
    n_fft: int = 400,
    n_mels: int = 80,
    f_min: float = 0.0,
    f_max: float | None = None,
    scale: str = "htk",
    norm: str | None = None,
    straight_in: str = "hz",
) -> np.ndarray:
    """Overlapping triangles over the bins of a spectrum: [M, D] float32, D = n_fft // 2 + 1, read-only.

    Corners lie at equal mel steps from f_min to f_max (Hz; None = half the sample rate). `norm` None
    leaves peaks at 1, "slaney" (also called area) divides by half the width in Hz. `straight_in` says
    where the sides are straight lines: "hz" (librosa, torchaudio) or "mel" (Kaldi, whose last bin is
    left out). Equal to librosa.filters.mel and torchaudio.functional.melscale_fbanks.
    Raises: UsageError when the settings contradict each other.
    """
    top = sample_rate / 2 if f_max is None else f_max
    if not 0 <= f_min < top <= sample_rate / 2 + 1e-6 or n_mels < 1 or n_fft < 2:
        raise UsageError(
            f"{n_mels} bands from {f_min:g} to {top:g} Hz cannot be at a sample rate of {sample_rate:g} Hz",
            where="mel",
            fix="Bands lie between 0 and half the sample rate",
        )
    if norm not in (None, "slaney", "area"):
        raise UsageError(f"there is no norm called {norm!r}", where="mel", fix="It is slaney or none")
    corners_mel = np.linspace(hz_to_mel(f_min, scale=scale), hz_to_mel(top, scale=scale), n_mels + 2)
    corners_hz = mel_to_hz(corners_mel, scale=scale)
    hz = np.arange(n_fft // 2 + 1) * (sample_rate / n_fft)
    if straight_in == "mel":
        at, corners = hz_to_mel(hz, scale=scale), corners_mel
    elif straight_in == "hz":
        at, corners = hz, corners_hz
    else:
        raise UsageError(f"sides are straight in hz or mel, not {straight_in!r}", where="mel")
    low, middle, high = corners[:-2, None], corners[1:-1, None], corners[2:, None]
    bank = np.maximum(0.0, np.minimum((at - low) / (middle - low), (high - at) / (high - middle)))
    if straight_in == "mel":
        bank[:, n_fft // 2] = 0.0
    if norm:
        bank *= (2.0 / (corners_hz[2:] - corners_hz[:-2]))[:, None]
    narrow: np.ndarray = bank.astype(np.float32)
    narrow.flags.writeable = False
    return narrow


def mel_spectrogram(samples: ArrayLike, *, options: MelOptions = DEFAULT) -> np.ndarray:
    """Energy in mel bands over time of samples [..., T]: [..., M, F]; F = 1 + T // hop when centered."""
    array = as_float(samples)
    framing = options.framing
    lead, count = array.shape[:-1], framing.count(array.shape[-1])
    out = np.empty((*lead, options.n_mels, count), array.dtype)
    flat = out.reshape(items(lead), options.n_mels, count)
    bank = options.bank.astype(array.dtype)
    for item, start, block in blocks(array, framing=framing):
        np.matmul(bank, energy_of(block, exponent=options.exponent).T, out=flat[item, :, start : start + len(block)])
    return out


def log_mel(samples: ArrayLike, *, options: MelOptions = DEFAULT, top_db: float | None = None, floor: float = 1e-10) -> np.ndarray:
    """The mel spectrogram of samples [..., T] in decibels: [..., M, F].

    Without `top_db` it equals torchaudio's AmplitudeToDB("power"); librosa's power_to_db cuts at 80.
    """
    return power_to_db(mel_spectrogram(samples, options=options), floor=floor, top_db=top_db)


def whisper_log_mel(samples: ArrayLike, *, n_mels: int = 80) -> np.ndarray:
    """Log-mel of samples [..., T] at 16 kHz as the Whisper family hears it: [..., M, T // 160].

    log10 of the Slaney bank, cut 8 below the item's maximum, then (x + 4) / 4. The 30 s that those
    models want are the caller's padding. Source: A. Radford et al., arXiv 2212.04356.
    """
    options = WHISPER if n_mels == WHISPER.n_mels else MelOptions(n_mels=n_mels, scale="slaney", norm="slaney")
    mel = mel_spectrogram(samples, options=options)[..., :-1]
    if not mel.size:
        return mel
    np.maximum(mel, mel.dtype.type(1e-10), out=mel)
    np.log(mel, out=mel)
    mel *= mel.dtype.type(1.0 / np.log(10.0))
    np.maximum(mel, mel.max(axis=(-2, -1), keepdims=True) - mel.dtype.type(8.0), out=mel)
    return np.asarray((mel + mel.dtype.type(4.0)) / mel.dtype.type(4.0))


def energy_of(block: np.ndarray, *, exponent: float = 2.0) -> np.ndarray:
    """|X|^exponent of a contiguous complex block [F, D] as a contiguous real one (2 = power, 1 = amplitude)."""
    energy: np.ndarray = np.square(block.real)
    energy += np.square(block.imag)
    if exponent == 1.0:
        np.sqrt(energy, out=energy)
    elif exponent != 2.0:
        energy **= exponent / 2
    return energy


def _no_scale(scale: str) -> UsageError:
    return UsageError(f"there is no mel scale called {scale!r}", where="mel", fix="It is htk or slaney")
