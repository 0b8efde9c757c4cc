"""A Conformer that hears in chunks: each frame sees its own chunk and a bounded past, so that it can answer while sound comes.

How many frames a chunk has, and so how far a frame may look ahead, is drawn anew for each batch of the training; one net then
serves each of these lookaheads, chosen when it is asked. Convolutions see no later frame; places are told by rotation, which
says how far two frames are apart and nothing else, so that a stream may go on for ever.
Source: Gulati et al. 2020 (arXiv:2005.08100); chunks: Zhang et al. 2020 (arXiv:2012.05481), Chen et al. 2021 (arXiv:2010.11395);
rotation: Su et al. 2021 (arXiv:2104.09864).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import final

import torch
from torch import Tensor, nn

from aural.nets import face
from aural.nets.attention import ChunkedAttention, Turns, turns
from aural.nets.layers import ConvFrames, Halving, half_step
from aural.nets.masks import masked
from aural.settings import option

TAKES: face.Kind = "frames"
FRONTEND = "log_mel"


@dataclass(frozen=True)
class Config:
    width: int = option(96, "size of a frame inside; a multiple of the heads", least=4, most=1024)
    layers: int = option(4, "blocks", least=1, most=32)
    heads: int = option(4, "heads of attention", least=1, most=32)
    kernel: int = option(15, "frames that the convolution sees", least=2, most=63)
    left: int = option(64, "frames before its chunk that a frame sees", least=1, most=4096)
    lookaheads: tuple[int, ...] = option(
        (0, 4, 8, 16), "frames that a frame may look ahead, one of which is chosen when the net is asked; the last unless told"
    )
    dropout: float = option(0.1, "share dropped behind each part in training", least=0, most=0.9)


def tiny() -> Config:
    """Small enough for tests, and causal."""
    return Config(width=8, layers=2, heads=2, kernel=3, left=5, lookaheads=(0,), dropout=0.0)


@final
class Encoder(face.Chunked):
    """features [B, F, M] -> [B, F / 4, width]."""

    def __init__(self, config: Config, width_in: int) -> None:
        super().__init__()
        face.divides(config.width, 2 * config.heads, "twice the heads", "the width")
        self.lookaheads = face.lookaheads_of(config.lookaheads)
        self.ahead, self.causal = self.lookaheads[-1], self.lookaheads == (0,)
        self.shorter = nn.ModuleList([Halving(width_in, config.width), Halving(config.width, config.width)])
        self.blocks = nn.ModuleList(_Block(config) for _ in range(config.layers))
        self.width, self.stride, self.left, self.each = config.width, 4, config.left, config.width // config.heads

    def forward(self, x: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        ahead = self.ahead
        if self.training:
            ahead = self.lookaheads[int(torch.randint(len(self.lookaheads), ()))]
        x = x.transpose(1, 2)
        for layer in self.shorter:
            x, lengths = layer(x, lengths)
        x = x.transpose(1, 2)
        frames = torch.arange(x.shape[1], device=x.device)
        seen = _seen(frames, frames, ahead, self.left)[None] & (frames[None, None, :] < lengths[:, None, None])
        turned = turns(x.shape[1], self.each, x)
        for block in self.blocks:
            x = block(x, lengths, seen, turned)
        return masked(x, lengths), lengths

    def begin(self, batch: int) -> list[Tensor]:
        state = [torch.zeros(batch)]
        for layer in self.shorter:
            state += layer.begin(batch)
        for block in self.blocks:
            state += block.begin(batch, self.left)
        return state

    def step(self, x: Tensor, state: Sequence[Tensor], ahead: Tensor) -> tuple[Tensor, list[Tensor]]:
        parts = iter(state[1:])
        after: list[Tensor] = []
        x = x.transpose(1, 2)
        for layer in self.shorter:
            x = layer.step(x, parts, after)
        x = x.transpose(1, 2)
        frames = torch.arange(x.shape[1], device=x.device)
        past = torch.arange(-self.left, 0, device=x.device)
        heard = past[None, :] >= -state[0][:, None]
        own = _seen(frames, frames, ahead, self.left)[None].expand(x.shape[0], -1, -1)
        seen = torch.cat([_seen(frames, past, ahead, self.left)[None] & heard[:, None, :], own], dim=2)
        turned = turns(self.left + x.shape[1], self.each, x)
        for block in self.blocks:
            x = block.step(x, seen, turned, parts, after)
        return x, [(state[0] + x.shape[1]).clamp(max=self.left), *after]


def _seen(frames: Tensor, others: Tensor, ahead: Tensor | int, left: int) -> Tensor:
    """[F, G], True where a frame sees another one: from `left` before its chunk to the end of it."""
    chunk = ahead + 1
    first = torch.div(frames, chunk, rounding_mode="floor") * chunk
    return (others[None] >= first[:, None] - left) & (others[None] < first[:, None] + chunk)


@final
class _Block(nn.Module):
    def __init__(self, config: Config) -> None:
        super().__init__()
        width = config.width
        self.before, self.after = half_step(width, config.dropout), half_step(width, config.dropout)
        self.attention, self.calm = ChunkedAttention(width, config.heads), nn.LayerNorm(width)
        self.still, self.gate = nn.LayerNorm(width), nn.Linear(width, 2 * width)
        self.near = ConvFrames(width, width, config.kernel, groups=width, causal=True, active=False)
        self.mix, self.end = nn.Linear(width, width), nn.LayerNorm(width)
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, x: Tensor, lengths: Tensor, seen: Tensor, turned: Turns) -> Tensor:
        x = x + 0.5 * self.before(x)
        x = x + self.dropout(self.attention(self.calm(x), seen, turned))
        near, _ = self.near(masked(self._gated(x), lengths).transpose(1, 2), lengths)
        return self._last(x, near)

    def begin(self, batch: int, left: int) -> list[Tensor]:
        """Zeros for the past of attention and convolution."""
        return [*self.attention.begin(batch, left), *self.near.begin(batch)]

    def step(self, x: Tensor, seen: Tensor, turned: Turns, state: Iterator[Tensor], after: list[Tensor]) -> Tensor:
        """The next frames, as in `ConvFrames.step`; `seen` [B, F, left + F]."""
        x = x + 0.5 * self.before(x)
        x = x + self.attention.step(self.calm(x), seen, turned, state, after)
        return self._last(x, self.near.step(self._gated(x).transpose(1, 2), state, after))

    def _gated(self, x: Tensor) -> Tensor:
        own, gate = self.gate(self.still(x)).chunk(2, dim=-1)
        return own * torch.sigmoid(gate)

    def _last(self, x: Tensor, near: Tensor) -> Tensor:
        x = x + self.dropout(self.mix(nn.functional.silu(near).transpose(1, 2)))
        return self.end(x + 0.5 * self.after(x))
