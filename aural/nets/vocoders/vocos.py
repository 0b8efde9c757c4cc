"""Vocos: convolutions over frames tell amplitudes and phases, an inverse Fourier transform makes the samples (Siuzdak 2023).

All layers run once a frame instead of once a sample, so that a step of training or of speech costs a tenth of HiFi-GAN's.
Source: H. Siuzdak, "Vocos: closing the gap between time-domain and Fourier-based neural vocoders",
arXiv:2306.00814. Written from the paper.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

from torch import Tensor, nn

from aural.nets.fourier import Waves
from aural.settings import option


@dataclass(frozen=True)
class Config:
    """Sizes of the net."""

    width: int = option(192, "channels of a frame", least=4)
    inner: int = option(512, "channels inside a block", least=4)
    layers: int = option(6, "blocks", least=1)


@final
class Vocoder(nn.Module):
    """log_mel [B, M, F] -> samples [B, F * hop]."""

    def __init__(self, config: Config, n_mels: int, hop: int) -> None:
        super().__init__()
        self.hop = hop
        self.waves = Waves(n_mels, config.width, config.inner, config.layers, hop)

    def forward(self, log_mel: Tensor) -> Tensor:
        return self.waves((log_mel + 5) / 3)


def tiny() -> Config:
    """For tests."""
    return Config(16, 32, 2)
