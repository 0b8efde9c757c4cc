"""Conformer: attention for what is far and a convolution for what is near, between two half steps of a wide layer.

Source: Gulati et al. 2020 (arXiv:2005.08100); places are sines and cosines where the paper has relative ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, final

import torch
from torch import Tensor, nn

from aural.nets import face
from aural.nets.attention import Attention, places
from aural.nets.layers import ConvFrames, half_step
from aural.nets.masks import masked
from aural.settings import option

TAKES: face.Kind = "frames"
FRONTEND = "log_mel"


@dataclass(frozen=True)
class Config:
    width: int = option(96, "size of a frame inside; a multiple of the heads", least=4, most=1024)
    layers: int = option(4, "blocks", least=1, most=32)
    heads: int = option(4, "heads of attention", least=1, most=32)
    kernel: int = option(15, "frames that the convolution sees", least=3, most=63)
    dropout: float = option(0.1, "share dropped behind each part in training", least=0, most=0.9)


def tiny() -> Config:
    """Small enough for tests."""
    return Config(width=8, layers=1, heads=2, kernel=3, dropout=0.0)


@final
class Encoder(face.Encoder):
    """features [B, F, M] -> [B, F / 4, width]."""

    causal: ClassVar[bool] = False  # type: ignore[misc]

    def __init__(self, config: Config, width_in: int) -> None:
        super().__init__()
        self.shorter = nn.ModuleList([ConvFrames(width_in, config.width, 3, 2), ConvFrames(config.width, config.width, 3, 2)])
        self.blocks = nn.ModuleList(_Block(config) for _ in range(config.layers))
        self.width, self.stride = config.width, 4

    def forward(self, x: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        x = x.transpose(1, 2)
        for layer in self.shorter:
            x, lengths = layer(x, lengths)
        x = x.transpose(1, 2)
        x = masked(x + places(x.shape[1], self.width, x), lengths)
        for block in self.blocks:
            x = block(x, lengths)
        return masked(x, lengths), lengths


@final
class _Block(nn.Module):
    def __init__(self, config: Config) -> None:
        super().__init__()
        width = config.width
        self.before, self.after = half_step(width, config.dropout), half_step(width, config.dropout)
        self.attention, self.calm = Attention(width, config.heads), nn.LayerNorm(width)
        self.still, self.gate = nn.LayerNorm(width), nn.Linear(width, 2 * width)
        self.near = ConvFrames(width, width, config.kernel, groups=width, active=False)
        self.mix, self.end = nn.Linear(width, width), nn.LayerNorm(width)
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        x = x + 0.5 * self.before(x)
        x = x + self.dropout(self.attention(self.calm(x), lengths))
        own, gate = self.gate(self.still(x)).chunk(2, dim=-1)
        near, _ = self.near(masked(own * torch.sigmoid(gate), lengths).transpose(1, 2), lengths)
        x = x + self.dropout(self.mix(nn.functional.silu(near).transpose(1, 2)))
        return self.end(x + 0.5 * self.after(x))
