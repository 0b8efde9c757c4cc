"""Transformer TTS: a decoder that looks back at what it has made, and at the text, makes some frames a step (Li et al. 2018).

Source: N. Li et al., "Neural speech synthesis with Transformer network", arXiv:1809.08895. Written from the paper, with these steps
of our own: it looks at the text once a step, in the first block, and all blocks are told what stands there; it is told what it
looked at before, so that it knows where it was; places are rotations, and steps far behind are not heard, so that a text may be
longer than all that were learned from.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import final

import torch
from torch import Tensor, nn

from aural.nets.attention import ChunkedAttention, turns
from aural.nets.face import divides
from aural.nets.masks import mask_of, masked
from aural.nets.stepwise import AHEAD, State, Stepwise, late
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
    back: int = option(32, "steps behind it that a step hears", least=1)
    before: int = option(96, "channels that the last frame is squeezed into", least=1)
    step: int = option(4, "frames made at each step: more find their way sooner", least=1)
    after: int = option(128, "channels of the convolutions over the whole spectrogram", least=1)
    dropout: float = option(0.1, "share of what is left out while it learns", least=0, most=0.9)


@final
class Acoustic(Stepwise):
    """A step hears the steps behind it, looks at the text, and says what it saw.

    State: last frame [B, M]; what was looked at [B, D] and where, now and in sum [B, L]; how many steps were made [B, 1]; keys and
    values of each block [B, back, D].
    """

    def __init__(self, config: Config, symbols: int, n_mels: int) -> None:
        super().__init__(config, n_mels)
        divides(config.width, 2 * config.heads, "heads, each of an even width", "width")
        width, kept = config.width, (config.back, config.width)
        self.states = {"last_frame": (n_mels,), "seen_text": (width,), "looks_now": (0,), "looks_summed": (0,), "made": (1,)} | {
            f"{name}{k}": kept for k in range(config.steps) for name in ("keys", "values")
        }
        self.names = nn.Embedding(symbols, width)
        self.heard = nn.ModuleList(
            Looking(width, config.inner, 1 / config.symbols, config.heads, config.dropout) for _ in range(config.symbols)
        )
        self.into, self.was = nn.Linear(config.before, width), nn.Linear(width, width, bias=False)
        self.blocks = nn.ModuleList(Block(config) for _ in range(config.steps))
        self.look = Look(width, config.heads)
        self.last = nn.LayerNorm(width)
        self.frames, self.stop = nn.Linear(width, n_mels * config.step), nn.Linear(width, 1)

    def memory(self, symbols: Tensor, lengths: Tensor) -> Tensor:
        x = masked(self.names(symbols), lengths)
        for block in self.heard:
            x = block(x, lengths)
        return x

    def step(
        self, memory: Tensor, lengths: Tensor, state: State, draws: Tensor, most: Tensor | None = None, path: Tensor | None = None
    ) -> tuple[Tensor, Tensor, Tensor, State]:
        frame, seen, where, summed, made, *kept = state
        back = self.config.back
        places = turns(back + 1, self._head, frame)
        real = torch.arange(back + 1, device=frame.device)[None, None] >= back - made[:, :, None]
        x = (self.into(self.squeezed(frame, draws)) + self.was(seen))[:, None]
        rest = iter(kept)
        after: list[Tensor] = []
        first, *others = self.blocks
        x = first.back.step_on(x, real, places, rest, after)
        looks = self.look(x, memory, lengths, where[:, None])[:, 0]
        where = self.chosen(looks, where, summed, most) if path is None else path
        seen = (where[:, None] @ memory)[:, 0]
        x = first(x, seen[:, None])
        for block in others:
            x = block(block.back.step_on(x, real, places, rest, after), seen[:, None])
        frames, stop = self._told(x)
        return frames, stop[:, 0], looks, (frames[:, -1], seen, where, summed + where, made + 1, *after)

    def steps(self, memory: Tensor, lengths: Tensor, before: Tensor, draws: Tensor, path: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        seen, count = path @ memory, before.shape[1]
        at = torch.arange(count, device=before.device)
        real = ((at[None] <= at[:, None]) & (at[None] >= at[:, None] - self.config.back))[None]
        places = turns(count, self._head, before)
        first, *others = self.blocks
        x = first.back(self.into(self.squeezed(before, draws)) + self.was(late(seen)), real, places)
        looks = self.look(x, memory, lengths, late(path))
        x = first(x, seen)
        for block in others:
            x = block(block.back(x, real, places), seen)
        return *self._told(x), looks

    @property
    def _head(self) -> int:
        return int(self.config.width // self.config.heads)

    def _told(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Frames [B, S * step, M] and stop [B, S] of steps [B, S, D]."""
        x = self.last(x)
        return self.frames(x).reshape(x.shape[0], -1, self.n_mels), self.stop(x)[..., 0]


@final
class Back(nn.Module):
    """x [B, S, D] plus what each step finds at the steps behind it."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.norm, self.attention = nn.LayerNorm(config.width), ChunkedAttention(config.width, config.heads)
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, x: Tensor, real: Tensor, places: tuple[Tensor, Tensor]) -> Tensor:
        return x + self.dropout(self.attention(self.norm(x), real, places))

    def step_on(
        self, x: Tensor, real: Tensor, places: tuple[Tensor, Tensor], state: Iterator[Tensor], after: list[Tensor]
    ) -> Tensor:
        """The next step [B, 1, D]; keys and values are taken from `state`, and the next ones appended to `after`."""
        return x + self.dropout(self.attention.step(self.norm(x), real, places, state, after))


@final
class Block(nn.Module):
    """x [B, S, D] that have heard what is behind them (`back`), with what they see [B, S, D]: they take it in and think."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        width = config.width
        self.back = Back(config)
        self.take, self.norm = nn.Linear(width, width), nn.LayerNorm(width)
        self.up, self.down = nn.Linear(width, config.inner), nn.Linear(config.inner, width)
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, x: Tensor, seen: Tensor) -> Tensor:
        x = x + self.dropout(self.take(seen))
        return x + self.dropout(self.down(self.up(self.norm(x)).relu()))


@final
class Look(nn.Module):
    """Where to look [B, S, L]: by what is asked for, by what is there and by how far it lies ahead; not back, and not far on."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm, self.asked, self.there = nn.LayerNorm(width), nn.Linear(width, width), nn.Linear(width, width)
        self.on = nn.Parameter(torch.zeros(heads, AHEAD + 1))

    def forward(self, x: Tensor, memory: Tensor, lengths: Tensor, where: Tensor) -> Tensor:
        """x [B, S, D], memory [B, L, D] with real symbols [B], where it was looked before each step [B, S, L]."""
        query, key = (y.unflatten(2, (self.heads, -1)).transpose(1, 2) for y in (self.asked(self.norm(x)), self.there(memory)))
        ahead = torch.arange(memory.shape[1], device=x.device) - where.argmax(2, keepdim=True)
        energy = query @ key.transpose(2, 3) / math.sqrt(query.shape[3])
        energy = energy + self.on[:, ahead.clamp(0, AHEAD)].transpose(0, 1)
        allowed = (ahead >= 0) & (ahead <= AHEAD) & mask_of(lengths, memory.shape[1])[:, None]
        return torch.where(allowed[:, None], energy, -1e9).softmax(-1).mean(1)


def tiny() -> Config:
    """For tests."""
    return Config(8, 16, 2, 1, 2, 3, 6, 2, 6, 0.0)
