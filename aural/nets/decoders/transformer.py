"""A Transformer decoder: each unit looks at the units before it, and at the frames.

Source: Vaswani et al. 2017 (arXiv:1706.03762), with the norm before each part as in Xiong et al. 2020 (arXiv:2002.04745).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

import torch
from torch import Tensor, nn

from aural.nets import face
from aural.nets.attention import places
from aural.nets.masks import mask_of
from aural.settings import option


@dataclass(frozen=True)
class Config:
    width: int = option(96, "size of a unit inside; a multiple of the heads", least=4, most=2048)
    layers: int = option(2, "layers", least=1, most=24)
    heads: int = option(4, "heads of attention", least=1, most=64)
    dropout: float = option(0.1, "share dropped behind each part in training", least=0, most=0.9)


def tiny() -> Config:
    """Small enough for tests."""
    return Config(width=8, layers=2, heads=2, dropout=0.0)


@final
class Decoder(face.Decoder):
    """Memory: keys and values of the frames [B, H, F, D / H] of each layer; state: those of the units so far."""

    def __init__(self, config: Config, width_in: int, classes: int) -> None:
        super().__init__()
        face.divides(config.width, config.heads, "the number of heads", "the width")
        self.width = config.width
        self.units, self.dropout = nn.Embedding(classes, config.width), nn.Dropout(config.dropout)
        nn.init.normal_(self.units.weight, std=config.width**-0.5)
        self.layers = nn.ModuleList(_Layer(config, width_in) for _ in range(config.layers))
        self.norm, self.out = nn.LayerNorm(config.width), nn.Linear(config.width, classes)

    def memory(self, x: Tensor, lengths: Tensor) -> list[Tensor]:
        # An encoder whose attention sees distances alone does not tell where a frame stands; of two equal words the next is meant.
        x = x + places(x.shape[1], x.shape[2], x)
        return [part for layer in self.layers for part in layer.frames(x)]

    def begin(self, memory: Sequence[Tensor], lengths: Tensor) -> list[Tensor]:
        return [part[:, :, :0] for part in memory]

    def forward(
        self, tokens: Tensor, memory: Sequence[Tensor], lengths: Tensor, state: Sequence[Tensor]
    ) -> tuple[Tensor, Tensor, list[Tensor]]:
        past, count = state[0].shape[2], tokens.shape[1]
        x = self.units(tokens) * math.sqrt(self.width)
        x = self.dropout(x + places(past + count, self.width, x)[past:])
        real = mask_of(lengths, memory[0].shape[2])[:, None, None, :]
        # The unit at place p looks at all units up to p.
        before = torch.arange(past + count, device=x.device)[None, :] <= past + torch.arange(count, device=x.device)[:, None]
        after: list[Tensor] = []
        looked: list[Tensor] = []
        for k, layer in enumerate(self.layers):
            x, weights, grown = layer(x, memory[2 * k : 2 * k + 2], real, state[2 * k : 2 * k + 2], before)
            looked.append(weights)
            after += grown
        return self.out(self.norm(x)), torch.stack(looked).mean(0), after


@final
class _Layer(nn.Module):
    def __init__(self, config: Config, width_in: int) -> None:
        super().__init__()
        width = config.width
        self.heads = config.heads
        self.first, self.second, self.third = nn.LayerNorm(width), nn.LayerNorm(width), nn.LayerNorm(width)
        self.own, self.own_out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.ask, self.ask_out = nn.Linear(width, width), nn.Linear(width, width)
        self.heard = nn.Linear(width_in, 2 * width)
        self.wide = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Dropout(config.dropout), nn.Linear(4 * width, width))
        self.dropout = nn.Dropout(config.dropout)

    def frames(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Keys and values [B, H, F, D / H] of frames [B, F, D]."""
        key, value = self.heard(x).chunk(2, dim=2)
        return _apart(key, self.heads), _apart(value, self.heads)

    def forward(
        self, x: Tensor, memory: Sequence[Tensor], real: Tensor, past: Sequence[Tensor], before: Tensor
    ) -> tuple[Tensor, Tensor, list[Tensor]]:
        query, key, value = (_apart(part, self.heads) for part in self.own(self.first(x)).chunk(3, dim=2))
        key, value = torch.cat([past[0], key], dim=2), torch.cat([past[1], value], dim=2)
        x = x + self.dropout(self.own_out(_taken(query, key, value, before)[0]))
        told, weights = _taken(_apart(self.ask(self.second(x)), self.heads), memory[0], memory[1], real)
        x = x + self.dropout(self.ask_out(told))
        return x + self.dropout(self.wide(self.third(x))), weights.mean(1), [key, value]


def _apart(x: Tensor, heads: int) -> Tensor:
    """[B, L, D] -> [B, H, L, D / H]."""
    return x.reshape(x.shape[0], x.shape[1], heads, -1).transpose(1, 2)


def _taken(query: Tensor, key: Tensor, value: Tensor, allowed: Tensor) -> tuple[Tensor, Tensor]:
    """What the queries take [B, L, D] of the values, and by which weights [B, H, L, F]."""
    scores = query @ key.transpose(2, 3) / math.sqrt(query.shape[3])
    weights = torch.where(allowed, scores.float(), -1e9).softmax(-1).to(query.dtype)
    return (weights @ value).transpose(1, 2).reshape(query.shape[0], query.shape[2], -1), weights
