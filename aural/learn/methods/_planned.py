"""What voices that plan each phone learn and write alike: their guesses, the graph over symbols, and what graphs are tried on."""

from __future__ import annotations

from typing import Protocol, final

import torch
from torch import Tensor, nn

from aural.learn.methods._spoken import Read
from aural.nets.masks import mask_of
from aural.nets.phones import Plan

SYMBOLS = ("symbols", "lengths"), ("hidden", "durations", "pitch", "level")  # of the graph over symbols: what goes in and comes out


class Net(Protocol):
    """A net with a plan."""

    names: nn.Embedding

    def plan(self, symbols: Tensor, lengths: Tensor) -> Plan: ...


@final
class Planning(nn.Module):
    """The part over symbols as a graph: symbols [B, L], lengths [B] -> hidden, durations, pitch, level."""

    def __init__(self, net: Net) -> None:
        super().__init__()
        self.net = net

    def forward(self, symbols: Tensor, lengths: Tensor) -> tuple[Tensor, ...]:
        plan = self.net.plan(symbols, lengths)
        return plan.hidden, plan.durations, plan.pitch, plan.level


def guesses(plan: Plan, told: Read, durations: Tensor) -> dict[str, Tensor]:
    """Mean squares of what was guessed of each symbol, less what is true; durations [B, L] in frames."""
    mask = mask_of(told.lengths, told.symbols.shape[1]).to(plan.pitch.dtype)
    pairs = {
        "durations": (plan.durations, torch.log1p(durations.to(mask.dtype))),
        "pitch": (plan.pitch, told.pitch),
        "level": (plan.level, told.level),
    }
    return {name: ((a - b).square() * mask).sum() / mask.sum() for name, (a, b) in pairs.items()}


def examples(net: Net, batch: int, count: int, frames: int) -> tuple[tuple[Tensor, ...], tuple[Tensor, ...], Tensor]:
    """What the graph over symbols takes; what that over frames takes of their plan; and the real frames [B]."""
    generator = torch.Generator().manual_seed(0)
    width, symbols = net.names.embedding_dim, net.names.num_embeddings
    planned = torch.randint(symbols, (batch, count), generator=generator), torch.tensor([count, count - 3][:batch])
    owners = torch.randint(count, (batch, frames), generator=generator).sort(1).values
    hidden, voice, within = (
        torch.randn(s, generator=generator) for s in ((batch, count, width), (batch, 2, count), (batch, frames, 3))
    )
    return planned, (hidden, voice, owners, within), torch.tensor([frames, frames - 9][:batch])
