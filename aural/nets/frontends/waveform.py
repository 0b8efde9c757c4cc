"""A learned filter bank on the waveform: pairs of filters, their squared length, and a logarithm.

Source: time-domain filterbanks (Zeghidour et al. 2018, arXiv:1711.01161): the filters begin as Gabor wavelets
at mel centers and are then learned; here without the second, smoothing convolution, whose work the window does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, final

import numpy as np
import torch
from torch import Tensor, nn

from aural.nets import face
from aural.nets.masks import halved, masked
from aural.nets.mel import FLOOR, strided
from aural.settings import option


@dataclass(frozen=True)
class Config:
    filters: int = option(64, "numbers of a frame, each from a pair of filters", least=2, most=512)
    window: float = option(0.025, "length of a filter", unit="s", least=0.002, most=0.5)
    hop: float = option(0.010, "from one frame to the next", unit="s", least=0.001, most=0.5)


def tiny() -> Config:
    """Few filters, for tests."""
    return Config(filters=12)


@final
class Frontend(face.Frontend):
    """samples [B, T] -> [B, F, filters], F = T / hop rounded up. Frame f covers the samples from f * hop on."""

    learned: ClassVar[bool] = True

    def __init__(self, config: Config, sample_rate: int) -> None:
        super().__init__()
        self.width, self.hop = config.filters, max(1, round(config.hop * sample_rate))
        size = max(4, round(config.window * sample_rate))
        self.filters = nn.Parameter(torch.from_numpy(gabors(config.filters, size, sample_rate))[:, None, :])

    def forward(self, samples: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        real, imaginary = strided(samples, lengths, self.filters, self.hop).chunk(2, dim=1)
        frames = halved(lengths, self.hop).clamp(min=1)
        energy = (real * real + imaginary * imaginary).transpose(1, 2)
        # Log-mel energies lie around -8 with a spread of some 4: brought near 0 and 1, as nothing measures them.
        return masked((torch.log(energy + FLOOR) + 8) / 4, frames), frames


def gabors(count: int, size: int, sample_rate: int) -> np.ndarray:
    """Cosines, then sines [2 * count, size] under a Hann window at mel centers, scaled to a full-scale sine's 1."""
    top = 1127 * np.log(1 + sample_rate / 2 / 700)
    centers = 700 * (np.exp(np.linspace(0, top, count + 2)[1:-1] / 1127) - 1)
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(size) / size)
    angle = 2 * np.pi * centers[:, None] / sample_rate * np.arange(size)[None, :]
    return np.concatenate([np.cos(angle) * window, -np.sin(angle) * window]).astype(np.float32) * np.float32(2 / window.sum())
