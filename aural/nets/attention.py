"""Attention over real frames, and places told by sines and cosines (Vaswani et al. 2017, arXiv:1706.03762)."""

from __future__ import annotations

import math
from typing import final

import torch
from torch import Tensor, nn

from aural.nets.masks import mask_of


@final
class Attention(nn.Module):
    """Each frame of x [B, F, D] looks at all real frames of its row, with several heads."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.into, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        batch, frames, width = x.shape
        parts = self.into(x).reshape(batch, frames, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        query, key, value = parts[0], parts[1], parts[2]
        weights = query @ key.transpose(2, 3) / math.sqrt(width // self.heads)
        weights = torch.where(mask_of(lengths, frames)[:, None, None, :], weights, -1e9).softmax(-1)
        return self.out((weights @ value).transpose(1, 2).reshape(batch, frames, width))


def places(frames: int, width: int, like: Tensor) -> Tensor:
    """[F, D]: sines and cosines of each frame's number, of any length."""
    rates = torch.exp(torch.arange(0, width, 2, device=like.device) * (-math.log(10000.0) / width))
    angles = torch.arange(frames, device=like.device)[:, None] * rates[None, :]
    return torch.cat([angles.sin(), angles.cos()], dim=1)[:, :width].to(like.dtype)
