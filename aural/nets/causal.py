"""What comes next in any sequence: one causal core for samples, letters, tokens and notes; an entry and what is drawn are theirs.

Letters: B batch, W width, T steps, S skipped channels, K numbers that a step is drawn from, C channels of a condition.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

import torch
from torch import Tensor, nn

from aural.nets.dilated import Stack, State, cycles
from aural.settings import option


@final
class Core(nn.Module):
    """heard [B, W, T], what each step knows of the one before it -> what each step is drawn from [B, T, K].

    p(x) = prod p(x_t | x_<t): a vocoder feeds samples and draws from a mixture or from mu-law's classes, `Symbols` feeds and
    draws letters, tokens or notes. Source: A. van den Oord et al., WaveNet, arXiv:1609.03499; the idea is that of PixelCNN,
    arXiv:1606.05328, and of every language model.
    """

    def __init__(self, width: int, skip: int, dilations: Sequence[int], outputs: int, condition: int = 0) -> None:
        super().__init__()
        self.stack = Stack(width, skip, dilations, condition)
        self.middle, self.last = nn.Conv1d(skip, skip, 1), nn.Conv1d(skip, outputs, 1)

    def forward(self, heard: Tensor, condition: Tensor | None = None) -> Tensor:
        """`condition` [B, C, H]: told beside the past, each of its frames for T / H steps."""
        return self._told(self.stack(heard, condition)).transpose(1, 2)

    def start(self, batch: int) -> State:
        """What is known before the first step: nothing, in each layer's own past."""
        return self.stack.start(batch)

    def step(self, state: State, heard: Tensor) -> tuple[State, Tensor]:
        """One step without a condition: heard [B, W] -> the next state, and what is drawn from [B, K]; its cost is constant."""
        state, skipped = self.stack.step(state, heard[:, :, None])
        return state, self._told(skipped)[:, :, 0]

    def _told(self, skipped: Tensor) -> Tensor:
        return self.last(self.middle(skipped.relu()).relu())


@dataclass(frozen=True)
class Config:
    """Sizes of the net."""

    width: int = option(64, "channels between layers", least=1)
    skip: int = option(64, "channels that each layer skips out", least=1)
    layers: int = option(10, "layers", least=1)
    longest: int = option(16, "largest dilation; they double from 1 and begin anew behind it", least=1)


@final
class Symbols(nn.Module):
    """symbols [B, T] of `classes` kinds (letters, tokens, notes, mu-law classes) -> logits, told by those before [B, T, K]."""

    def __init__(self, config: Config, classes: int) -> None:
        super().__init__()
        self.classes = classes
        self.entry = nn.Embedding(classes + 1, config.width)  # one more for the step before the first
        self.core = Core(config.width, config.skip, cycles(config.layers, config.longest), classes)

    def forward(self, symbols: Tensor) -> Tensor:
        before = nn.functional.pad(symbols, (1, 0), value=self.classes)[:, :-1]
        return self.core(self.entry(before).transpose(1, 2))

    def log_chances(self, symbols: Tensor) -> Tensor:
        """ln p(x_t | x_<t) of each symbol [B, T]; the sum over T is ln p of the sequence."""
        return torch.log_softmax(self(symbols), -1).gather(-1, symbols[..., None])[..., 0]

    @torch.no_grad()
    def drawn(self, count: int, generator: torch.Generator, begun: Sequence[int] = (), temperature: float = 1.0) -> list[int]:
        """`count` symbols behind those that are given, one after the other, each layer keeping its own past."""
        state, symbols, before = self.core.start(1), list(begun), self.classes
        for place in range(len(begun) + count):
            state, told = self.core.step(state, self.entry(torch.tensor([before])))
            if place >= len(begun):
                chances = torch.softmax(told[0].double() / temperature, -1)
                symbols.append(int(torch.multinomial(chances, 1, generator=generator)))
            before = symbols[place]
        return symbols[len(begun) :]


def tiny() -> Config:
    """For tests."""
    return Config(12, 12, 4, 4)
