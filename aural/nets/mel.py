"""Power in mel bands, computed inside the graph: what the frontends log_mel, mfcc and pcen stand on.

The Fourier transform is a convolution with cosines and sines, so that any runtime can run it and the
exported model takes samples.
"""

from __future__ import annotations

from typing import final

import numpy as np
import torch
from torch import Tensor, nn

from aural.nets.masks import halved, masked
from aural.sound.mel import filterbank

FLOOR = 1e-8  # of a full-scale sine: below the noise of 12 bits, so that coding and rounding are not heard


@final
class MelPower(nn.Module):
    """samples [B, T] -> power in mel bands [B, F, M], F = T / hop rounded up, and real frames [B].

    Frame f covers the `size` samples from f * hop on; a full-scale sine has power near 1. `window` and `hop` in
    seconds, `f_min` and `f_max` in Hz.
    """

    def __init__(self, sample_rate: int, n_mels: int, window: float, hop: float, f_min: float, f_max: float | None) -> None:
        super().__init__()
        self.width, self.hop = n_mels, max(1, round(hop * sample_rate))
        self.size = max(4, round(window * sample_rate))
        n_fft = 1 << (self.size - 1).bit_length()
        bank = filterbank(sample_rate, n_fft=n_fft, n_mels=n_mels, f_min=f_min, f_max=f_max)
        self.waves: Tensor
        self.bank: Tensor
        self.register_buffer("waves", torch.from_numpy(_waves(self.size, n_fft))[:, None, :], persistent=False)
        self.register_buffer("bank", torch.from_numpy(bank.T.copy()), persistent=False)

    def forward(self, samples: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        real, imaginary = strided(samples, lengths, self.waves, self.hop).chunk(2, dim=1)
        power = (real * real + imaginary * imaginary).transpose(1, 2)
        return power @ self.bank, halved(lengths, self.hop).clamp(min=1)

    def whole(self, samples: Tensor) -> Tensor:
        """samples [B, (F - 1) * hop + size] -> [B, F, M]: frames that lie in the samples as a whole, for streams."""
        real, imaginary = nn.functional.conv1d(samples[:, None, :], self.waves, stride=self.hop).chunk(2, dim=1)
        return (real * real + imaginary * imaginary).transpose(1, 2) @ self.bank


def strided(samples: Tensor, lengths: Tensor, filters: Tensor, hop: int) -> Tensor:
    """samples [B, T] through filters [N, 1, size], one answer each `hop` samples: [B, N, F], F = T / hop rounded up."""
    samples = masked(samples, lengths)
    # Room for the last frame's whole window.
    padded = nn.functional.pad(samples, (0, filters.shape[2] + hop - 1))[:, None, :]
    return nn.functional.conv1d(padded, filters, stride=hop)[:, :, : (samples.shape[1] + hop - 1) // hop]


def _waves(size: int, n_fft: int) -> np.ndarray:
    """Windowed cosines and sines [2 * (n_fft / 2 + 1), size], scaled so that a full-scale sine has power near 1."""
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(size) / size)
    angle = 2 * np.pi * np.arange(n_fft // 2 + 1)[:, None] * np.arange(size)[None, :] / n_fft
    scale = 2.0 / window.sum()
    return np.concatenate([np.cos(angle) * window * scale, -np.sin(angle) * window * scale]).astype(np.float32)
