"""Low-rank changes of matrices that stay as they are: what a large net learns of new speakers in few numbers.

Source: E. Hu et al., "LoRA: low-rank adaptation of large language models", arXiv:2106.09685.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import final

import torch
from torch import Tensor, nn
from torch.nn import functional


@final
class Change(nn.Module):
    """A change of a matrix [out, in] by the product of two thin ones; 0 at first, since the second begins with zeros."""

    def __init__(self, inside: int, outside: int, rank: int) -> None:
        super().__init__()
        self.down = nn.Parameter(torch.randn(rank, inside) / inside**0.5)
        self.up = nn.Parameter(torch.zeros(outside, rank))

    def forward(self, x: Tensor) -> Tensor:
        """x [..., in] -> what the change adds [..., out]."""
        return functional.linear(functional.linear(x, self.down), self.up)


@final
class Changed(nn.Module):
    """A linear layer that is held, with a change that learns beside it; `drop` of the inputs of the change are hidden."""

    def __init__(self, held: nn.Linear, rank: int, drop: float) -> None:
        super().__init__()
        self.held, self.change = held.requires_grad_(False), Change(held.in_features, held.out_features, rank)
        self._drop = drop

    def forward(self, x: Tensor) -> Tensor:
        inside = functional.dropout(x, self._drop, self.change.training)
        told: Tensor = self.held(x) + self.change(inside)
        return told


def change_layers(net: nn.Module, rank: int, drop: float, chosen: Callable[[str], bool]) -> dict[str, Change]:
    """Hold a net and put a change beside each linear layer whose name is `chosen`: name -> change, in the order of the net."""
    net.requires_grad_(False)
    found: dict[str, Change] = {}
    for name, layer in list(net.named_modules()):
        if isinstance(layer, nn.Linear) and chosen(name):
            parent, _, own = name.rpartition(".")
            made = Changed(layer, rank, drop)
            setattr(net.get_submodule(parent), own, made)
            found[name] = made.change
    return found
