"""A U-Net over time: frames are halved and halved again, then doubled back, and each level is joined with its twin.

It answers each frame with wide sight: each level doubles it. Source: Ronneberger et al. 2015 (arXiv:1505.04597), over
time alone as in Wave-U-Net (Stoller et al. 2018, arXiv:1806.03185).
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import ClassVar, final

import torch
from torch import Tensor, nn

from aural.nets import face
from aural.nets.layers import ConvFrames, wiped
from aural.settings import option

TAKES: face.Kind = "frames"
FRONTEND = "log_mel"


@dataclass(frozen=True)
class Config:
    width: int = option(48, "channels of the first level; each level down has half as many again", least=2, most=512)
    levels: int = option(4, "how many times frames are halved; 4 = frames of 0.16 s at the bottom", least=1, most=8)
    kernel: int = option(5, "frames that a layer sees", least=1, most=31)


def tiny() -> Config:
    """Small enough for tests."""
    return Config(width=4, levels=2, kernel=3)


@final
class Encoder(face.Encoder):
    """features [B, F, M] -> [B, F, width]; a frame for each frame."""

    causal: ClassVar[bool] = False  # type: ignore[misc]

    def __init__(self, config: Config, width_in: int) -> None:
        super().__init__()
        widths = [round(config.width * 1.5**k) for k in range(config.levels + 1)]
        pairs = list(itertools.pairwise(widths))
        self.first = ConvFrames(width_in, widths[0], config.kernel)
        self.down = nn.ModuleList(ConvFrames(a, b, config.kernel, 2) for a, b in pairs)
        self.up = nn.ModuleList(ConvFrames(a + b, a, config.kernel) for a, b in reversed(pairs))
        self.width, self.stride = widths[0], 1

    def forward(self, x: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        x, lengths = self.first(x.transpose(1, 2), lengths)
        levels = []
        for layer in self.down:
            levels.append((x, lengths))
            x, lengths = layer(x, lengths)
        for layer, (twin, lengths) in zip(self.up, reversed(levels), strict=True):
            x, _ = layer(torch.cat([twin, wiped(doubled(x, twin), lengths)], dim=1), lengths)
        return x.transpose(1, 2), lengths


def doubled(x: Tensor, like: Tensor) -> Tensor:
    """x [B, D, F / 2 rounded up] with each frame twice, as many as `like` [B, E, F] has."""
    place = torch.arange(like.shape[2], device=x.device) // 2
    return x.index_select(2, place)
