"""Transformer TTS: a decoder that looks at all frames before and at the text makes some frames a step (Li et al. 2018).

Source: N. Li et al., "Neural speech synthesis with Transformer network", arXiv:1809.08895. Written from the paper, with blocks of
`nets/wide.py` over symbols.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import final

import torch
from torch import Tensor, nn

from aural.nets.after import After
from aural.nets.attention import places
from aural.nets.face import divides
from aural.nets.masks import mask_of, masked
from aural.nets.wide import Looking
from aural.settings import option


@dataclass(frozen=True)
class Config:
    """Sizes of the net."""

    width: int = option(192, "channels of a symbol and of a step", least=4)
    inner: int = option(576, "channels inside a block", least=4)
    heads: int = option(4, "heads of every attention", least=1)
    symbols: int = option(3, "blocks over symbols", least=1)
    steps: int = option(3, "blocks over steps", least=1)
    before: int = option(96, "channels that the last frame is squeezed into", least=1)
    step: int = option(3, "frames made at each step", least=1)
    after: int = option(128, "channels of the convolutions over the whole spectrogram", least=1)
    dropout: float = option(0.1, "share of what is left out while it learns", least=0, most=0.9)


@final
class Acoustic(nn.Module):
    """symbols [B, L], lengths [B] and the frames so far -> log_mel [B, M, F]; each step makes `step` frames."""

    def __init__(self, config: Config, symbols: int, n_mels: int) -> None:
        super().__init__()
        divides(config.width, config.heads, "heads", "width")
        self.config, self.n_mels, width = config, n_mels, config.width
        self.names = nn.Embedding(symbols, width)
        self.heard = nn.ModuleList(
            Looking(width, config.inner, 1 / config.symbols, config.heads, config.dropout) for _ in range(config.symbols)
        )
        self.squeeze = nn.ModuleList([nn.Linear(n_mels, config.before), nn.Linear(config.before, config.before)])
        self.into, self.pace = nn.Linear(config.before, width), nn.Parameter(torch.ones(2))
        self.blocks = nn.ModuleList(Block(config) for _ in range(config.steps))
        self.last = nn.LayerNorm(width)
        self.frames, self.stop = nn.Linear(width, n_mels * config.step), nn.Linear(width, 1)
        self.after = After(n_mels, config.after)
        self.mean: Tensor
        self.scale: Tensor
        self.register_buffer("mean", torch.tensor(-5.0))
        self.register_buffer("scale", torch.tensor(2.0))

    def memory(self, symbols: Tensor, lengths: Tensor) -> Tensor:
        """Symbols heard in context [B, L, D], zeros behind the lengths."""
        x = self.names(symbols) + self.pace[0] * places(symbols.shape[1], self.config.width, self.names.weight)
        x = masked(x, lengths)
        for block in self.heard:
            x = block(x, lengths)
        return x

    def steps(self, memory: Tensor, lengths: Tensor, before: Tensor, draws: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """What each of S steps makes, told the frame before it: before [B, S, M] (standardized), draws [B, S, 2, P] uniform.

        -> frames [B, S * step, M] (standardized), stop [B, S] (before the sigmoid), where it looks [B, S, L]. A step hears the
        steps before it, so that the first ones stay as they are when more are asked for.
        """
        x = before
        for k, layer in enumerate(self.squeeze):
            x = layer(x).relu() * (draws[:, :, k] < 0.5) * 2
        x = self.into(x) + self.pace[1] * places(before.shape[1], self.config.width, x)
        looks = []
        for block in self.blocks:
            x, look = block(x, memory, lengths)
            looks.append(look)
        x = self.last(x)
        frames = self.frames(x).reshape(x.shape[0], -1, self.n_mels)
        return frames, self.stop(x)[..., 0], torch.stack(looks).mean(0)

    def forward(
        self, symbols: Tensor, lengths: Tensor, log_mel: Tensor, frames: Tensor, draws: Tensor
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Told the true frames before each step: mel before and after the last convolutions, stop [B, S], looks [B, S, L].

        log_mel [B, M, F] with real frames [B]; draws [B, S, 2, P]; S = F / step rounded up.
        """
        true = ((log_mel - self.mean) / self.scale).transpose(1, 2)
        last = true[:, self.config.step - 1 :: self.config.step]
        before = nn.functional.pad(last, (0, 0, 1, 0))[:, : -(-true.shape[1] // self.config.step)]
        made, stops, looks = self.steps(self.memory(symbols, lengths), lengths, before, draws)
        mel = self.scaled(made[:, : true.shape[1]].transpose(1, 2))
        return mel, self.refined(mel, frames), stops, looks

    def refined(self, log_mel: Tensor, frames: Tensor) -> Tensor:
        """log_mel [B, M, F] with real frames [B], corrected by convolutions that hear what comes later, too."""
        return log_mel + self.after((log_mel - self.mean) / self.scale, frames) * self.scale

    def scaled(self, x: Tensor) -> Tensor:
        """Standardized frames as they are."""
        return x * self.scale + self.mean


@final
class Block(nn.Module):
    """x [B, S, D]: each step looks at the steps up to itself, then at the text, then thinks; and where in the text [B, S, L]."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        width = config.width
        self.heads = config.heads
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(3))
        self.own, self.asked, self.there = nn.Linear(width, 3 * width), nn.Linear(width, width), nn.Linear(width, 2 * width)
        self.out = nn.ModuleList(nn.Linear(width, width) for _ in range(2))
        self.up, self.down = nn.Linear(width, config.inner), nn.Linear(config.inner, width)
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, x: Tensor, memory: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        count = x.shape[1]
        query, key, value = self.own(self.norms[0](x)).chunk(3, dim=2)
        at = torch.arange(count, device=x.device)
        found, _ = self._taken(query, key, value, (at[None, :] <= at[:, None])[None, None])
        x = x + self.dropout(self.out[0](found))
        key, value = self.there(memory).chunk(2, dim=2)
        real = mask_of(lengths, memory.shape[1])[:, None, None]
        found, looks = self._taken(self.asked(self.norms[1](x)), key, value, real)
        x = x + self.dropout(self.out[1](found))
        return x + self.dropout(self.down(self.up(self.norms[2](x)).relu())), looks.mean(1)

    def _taken(self, query: Tensor, key: Tensor, value: Tensor, allowed: Tensor) -> tuple[Tensor, Tensor]:
        """What is found where it is looked [B, S, D], and where [B, H, S, L]."""
        query, key, value = (x.unflatten(2, (self.heads, -1)).transpose(1, 2) for x in (query, key, value))
        scores = query @ key.transpose(2, 3) / math.sqrt(query.shape[3])
        looks = torch.where(allowed, scores, -1e9).softmax(-1)
        return (looks @ value).transpose(1, 2).flatten(2), looks


def tiny() -> Config:
    """For tests."""
    return Config(8, 16, 2, 1, 2, 6, 2, 6, 0.0)
