"""Log-mel energies, computed inside the graph: frames of 25 ms each 10 ms, by default in 64 bands.

The Fourier transform is a convolution with cosines and sines, so that any runtime can run it and the
exported model takes samples. Frame f covers the samples from f * hop on; nothing before the first sample
is needed, so the frontend is causal with one window of delay.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np
import torch
from torch import Tensor, nn

from aural.nets import face
from aural.nets.masks import halved, masked
from aural.settings import option
from aural.sound.mel import filterbank

_FLOOR = 1e-8  # of a full-scale sine: below the noise of 12 bits, so that coding and rounding are not heard


@dataclass(frozen=True)
class Config:
    n_mels: int = option(64, "bands; 40 for keywords, 64 for sounds, 80 for speech", least=4, most=256)
    window: float = option(0.025, "length of a frame", unit="s", least=0.002, most=0.5)
    hop: float = option(0.010, "from one frame to the next", unit="s", least=0.001, most=0.5)
    f_min: float = option(20.0, "lower edge of the lowest band", unit="Hz", least=0)
    f_max: float | None = option(None, "upper edge of the highest band; not set = half the sample rate", unit="Hz", least=1)


def tiny() -> Config:
    """Few bands, for tests."""
    return Config(n_mels=16)


@final
class Frontend(face.Frontend):
    """samples [B, T] -> log-mel [B, F, n_mels], F = T / hop rounded up, at least 1."""

    def __init__(self, config: Config, sample_rate: int) -> None:
        super().__init__()
        self.width, self.hop = config.n_mels, max(1, round(config.hop * sample_rate))
        size = max(4, round(config.window * sample_rate))
        self.size, self.n_fft = size, 1 << (size - 1).bit_length()
        bank = filterbank(sample_rate, n_fft=self.n_fft, n_mels=config.n_mels, f_min=config.f_min, f_max=config.f_max)
        self.waves: Tensor
        self.bank: Tensor
        self.register_buffer("waves", torch.from_numpy(_waves(size, self.n_fft))[:, None, :], persistent=False)
        self.register_buffer("bank", torch.from_numpy(bank.T.copy()), persistent=False)

    def forward(self, samples: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        power = power_frames(samples, lengths, self.waves, self.hop)
        frames = halved(lengths, self.hop).clamp(min=1)
        return masked(torch.log(power @ self.bank + _FLOOR), frames), frames


def power_frames(samples: Tensor, lengths: Tensor, waves: Tensor, hop: int) -> Tensor:
    """samples [B, T] -> power spectra [B, F, bins] with `waves` [2 * bins, 1, window]; frames behind the length see zeros."""
    samples = masked(samples, lengths)
    # Room for the last frame's whole window: frames = T / hop rounded up.
    padded = nn.functional.pad(samples, (0, waves.shape[2] + hop - 1))[:, None, :]
    spectrum = nn.functional.conv1d(padded, waves, stride=hop)[:, :, : (samples.shape[1] + hop - 1) // hop]
    real, imaginary = spectrum.chunk(2, dim=1)
    return (real * real + imaginary * imaginary).transpose(1, 2)


def _waves(size: int, n_fft: int) -> np.ndarray:
    """Windowed cosines and sines [2 * (n_fft / 2 + 1), size], scaled so that a full-scale sine has power near 1."""
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(size) / size)
    angle = 2 * np.pi * np.arange(n_fft // 2 + 1)[:, None] * np.arange(size)[None, :] / n_fft
    scale = 2.0 / window.sum()
    return np.concatenate([np.cos(angle) * window * scale, -np.sin(angle) * window * scale]).astype(np.float32)
