"""Blocks of frames: a convolution over time for each channel, two wide layers for each frame, and attention if asked for."""

from __future__ import annotations

from typing import final

import torch
from torch import Tensor, nn

from aural.nets.attention import Attention
from aural.nets.masks import masked


@final
class Wide(nn.Module):
    """x [B, F, D] plus what a convolution over time and two layers make of it; with `lengths` [B] padding is not heard.

    Source: Z. Liu et al., "A ConvNet for the 2020s", arXiv:2201.03545, over time as in Vocos, arXiv:2306.00814.
    """

    def __init__(self, width: int, inner: int, scale: float, kernel: int = 7, dropout: float = 0.0) -> None:
        super().__init__()
        self.time = nn.Conv1d(width, width, kernel, padding=kernel // 2, groups=width)
        self.norm = nn.LayerNorm(width)
        self.up, self.down = nn.Linear(width, inner), nn.Linear(inner, width)
        self.scale = nn.Parameter(torch.full((width,), scale))
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, lengths: Tensor | None = None) -> Tensor:
        heard = x if lengths is None else masked(x, lengths)
        y = self.norm(self.time(heard.transpose(1, 2)).transpose(1, 2))
        return x + self.scale * self.dropout(self.down(nn.functional.gelu(self.up(y))))


@final
class Looking(nn.Module):
    """x [B, L, D] plus what each place finds at all real places, then a `Wide` block."""

    def __init__(self, width: int, inner: int, scale: float, heads: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.norm, self.attention = nn.LayerNorm(width), Attention(width, heads)
        self.dropout = nn.Dropout(dropout)
        self.wide = Wide(width, inner, scale, 5, dropout)

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        x = x + self.dropout(self.attention(self.norm(x), lengths))
        return masked(self.wide(x, lengths), lengths)
