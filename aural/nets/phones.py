"""What nets that are told each phone's times share: a plan of the phones and its guesses, and where in its phone a frame lies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import torch
from torch import Tensor, nn

from aural.nets.masks import masked
from aural.nets.wide import Wide


@dataclass(frozen=True, eq=False)
class Plan:
    """Symbols heard in context [B, L, D]; ln of 1 + frames, pitch and level of each [B, L] (standardized)."""

    hidden: Tensor
    durations: Tensor
    pitch: Tensor
    level: Tensor


@final
class Guess(nn.Module):
    """One number for each symbol: x [B, L, D] -> [B, L], 0 behind the length. What it learns does not reach the symbols."""

    def __init__(self, width: int, dropout: float) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(Wide(width, width, 0.5, 5, dropout) for _ in range(2))
        self.norm, self.out = nn.LayerNorm(width), nn.Linear(width, 1)

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        for block in self.blocks:
            x = block(x, lengths)
        return masked(self.out(self.norm(x))[..., 0], lengths)


def whole(durations: Tensor) -> Tensor:
    """Whole frames, one or more, of ln of 1 + frames."""
    return torch.expm1(durations).round().clamp(min=1).long()


def laid(durations: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """durations [B, L] in frames -> the symbol of each frame [B, F], where in it [B, F, 3], real frames [B].

    Where: the share of the symbol that is over, ln of 1 + frames since its begin, and ln of 1 + frames until its end.
    """
    ends = durations.cumsum(1)
    total = ends[:, -1]
    at = torch.arange(int(total.max()), device=durations.device)[None, :].expand(len(durations), -1).contiguous()
    owners = torch.searchsorted(ends, at, right=True).clamp(max=durations.shape[1] - 1)
    size = durations.gather(1, owners)
    since = (at - (ends.gather(1, owners) - size)).clamp(min=0).minimum(size).to(torch.float32)
    left = (size - since).clamp(min=0)
    within = torch.stack([(since + 0.5) / size.clamp(min=1), torch.log1p(since), torch.log1p(left)], dim=2)
    return owners, within * (at < total[:, None])[..., None], total
