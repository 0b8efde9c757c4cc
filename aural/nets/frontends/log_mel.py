"""Log-mel energies, computed inside the graph: frames of 25 ms each 10 ms, by default in 64 bands.

Frame f covers the samples from f * hop on; nothing before the first sample is needed, so the frontend is
causal with one window of delay.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import torch
from torch import Tensor

from aural.nets import face
from aural.nets.masks import masked
from aural.nets.mel import FLOOR, MelPower
from aural.settings import option


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
class Frontend(face.Framed):
    """samples [B, T] -> log-mel [B, F, n_mels], F = T / hop rounded up, at least 1."""

    def __init__(self, config: Config, sample_rate: int) -> None:
        super().__init__()
        self.mel = MelPower(sample_rate, config.n_mels, config.window, config.hop, config.f_min, config.f_max)
        self.width, self.hop, self.size = config.n_mels, self.mel.hop, self.mel.size

    def forward(self, samples: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        power, frames = self.mel(samples, lengths)
        return masked(torch.log(power + FLOOR), frames), frames

    def whole(self, samples: Tensor) -> Tensor:
        return torch.log(self.mel.whole(samples) + FLOOR)
