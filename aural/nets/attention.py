"""Attention over real frames, and places told by sines and cosines (Vaswani et al. 2017, arXiv:1706.03762)."""

from __future__ import annotations

import math
from collections.abc import Iterator
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


Turns = tuple[Tensor, Tensor]


@final
class ChunkedAttention(nn.Module):
    """Attention in which a mask says who sees whom, and places are rotations: it sees how far two frames are apart, no more.

    Source: Su et al. 2021, RoFormer (arXiv:2104.09864).
    """

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.into, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)

    def forward(self, x: Tensor, seen: Tensor, turned: Turns) -> Tensor:
        """x [B, F, D], seen [B, F, F], True where a frame (row) sees another one (column), and the turns of all frames."""
        query, key, value = (self._parted(part) for part in self.into(x).chunk(3, dim=-1))
        return self._answer(_turned(query, turned), _turned(key, turned), value, seen)

    def begin(self, batch: int, left: int) -> list[Tensor]:
        """Keys and values [B, left, D] of the frames before the first one."""
        width = self.out.in_features
        return [torch.zeros(batch, left, width), torch.zeros(batch, left, width)]

    def step(self, x: Tensor, seen: Tensor, turned: Turns, state: Iterator[Tensor], after: list[Tensor]) -> Tensor:
        """The next frames; seen [B, F, left + F], turns of as many. What comes next is appended to `after`."""
        query, key, value = self.into(x).chunk(3, dim=-1)
        keys, values = next(state), next(state)
        left = keys.shape[1]
        key, value = torch.cat([keys, key], dim=1), torch.cat([values, value], dim=1)
        after += [key[:, -left:], value[:, -left:]]
        query = _turned(self._parted(query), (turned[0][left:], turned[1][left:]))
        return self._answer(query, _turned(self._parted(key), turned), self._parted(value), seen)

    def _answer(self, query: Tensor, key: Tensor, value: Tensor, seen: Tensor) -> Tensor:
        weights = query @ key.transpose(2, 3) / math.sqrt(query.shape[3])
        # A frame of padding may see nobody at all: its weights are even then, and nobody reads its answer.
        weights = torch.where(seen[:, None], weights, -1e9).softmax(-1)
        return self.out((weights @ value).transpose(1, 2).flatten(2))

    def _parted(self, x: Tensor) -> Tensor:
        return x.unflatten(2, (self.heads, -1)).transpose(1, 2)


def turns(frames: int, width: int, like: Tensor) -> Turns:
    """Sines and cosines [F, width / 2] of the angles by which the pairs of a vector are turned at each place."""
    half = width // 2
    rates = torch.exp(torch.arange(half, device=like.device) * (-math.log(10000.0) / half))
    angles = torch.arange(frames, device=like.device)[:, None] * rates[None]
    return angles.sin().to(like.dtype), angles.cos().to(like.dtype)


def _turned(x: Tensor, turned: Turns) -> Tensor:
    """x [B, H, F, D], each pair of numbers turned by the angle of its place."""
    sine, cosine = turned
    a, b = x.chunk(2, dim=3)
    return torch.cat([a * cosine - b * sine, a * sine + b * cosine], dim=3)
