"""Two branches, one over the samples themselves and one over log-mel, whose frames stand side by side.

Source: the idea of Wavegram-Logmel-CNN (Kong et al. 2020, arXiv:1912.10211), made small; written here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, final

import torch
from torch import Tensor, nn

from aural.nets import face
from aural.nets.frontends import log_mel
from aural.nets.layers import ConvFrames
from aural.nets.masks import masked
from aural.settings import option

TAKES: face.Kind = "samples"
FRONTEND = "raw"
_HOP = 160  # samples a frame in both branches: 10 ms at 16 kHz


@dataclass(frozen=True)
class Config:
    width: int = option(64, "channels of each branch", least=2, most=512)
    branches: str = option("both", "both, or one alone to see what the other brings", choices=("both", "raw", "log_mel"))


def tiny() -> Config:
    """Small enough for tests."""
    return Config(width=4)


@final
class Encoder(face.Encoder):
    """samples [B, T, 1] -> [B, T / 640, 2 width] with both branches."""

    causal: ClassVar[bool] = False  # type: ignore[misc]

    def __init__(self, config: Config, width_in: int) -> None:
        super().__init__()
        width, chosen = config.width, config.branches
        self.mel = log_mel.Frontend(log_mel.Config(), 16000) if chosen != "raw" else None
        self.heard = ConvFrames(64, width, 3) if chosen != "raw" else None
        self.raw = nn.ModuleList()
        if chosen != "log_mel":
            self.raw = nn.ModuleList([ConvFrames(1, width, 20, 10), ConvFrames(width, width, 8, 4), ConvFrames(width, width, 8, 4)])
        both = 2 * width if chosen == "both" else width
        self.joined = nn.ModuleList([ConvFrames(both, both, 3, 2), ConvFrames(both, both, 3, 2)])
        self.width, self.stride = both, 4 * _HOP

    def forward(self, x: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        branches, frames = [], lengths
        if self.mel is not None and self.heard is not None:
            features, frames = self.mel(x[..., 0], lengths)
            branches.append(self.heard(masked(features / 8 + 1, frames).transpose(1, 2), frames)[0])
        if len(self.raw):
            wave, frames = x.transpose(1, 2), lengths
            for layer in self.raw:
                wave, frames = layer(wave, frames)
            branches.append(wave)
        x = torch.cat(branches, dim=1)
        for layer in self.joined:
            x, frames = layer(x, frames)
        return x.transpose(1, 2), frames
