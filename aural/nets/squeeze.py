"""Squeeze and excitation over real frames: channels weighed by what the whole clip holds. Not causal.

Source: Hu et al. 2018 (arXiv:1709.01507).
"""

from __future__ import annotations

from typing import final

from torch import Tensor, nn

from aural.nets.masks import mean_of


@final
class SqueezeExcite(nn.Module):
    """x [B, D, F] or [B, D, F, M] -> the same, each channel times its weight in 0..1 (hard: a straight-lined sigmoid)."""

    def __init__(self, width: int, inner: int, *, hard: bool = False) -> None:
        super().__init__()
        self.narrow, self.wide = nn.Linear(width, inner), nn.Linear(inner, width)
        self.gate = nn.Hardsigmoid() if hard else nn.Sigmoid()

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        over_bands = x if x.dim() == 3 else x.mean(3)
        mean = mean_of(over_bands.transpose(1, 2), lengths)
        weight = self.gate(self.wide(self.narrow(mean).relu()))
        return x * weight.reshape(weight.shape + (1,) * (x.dim() - 2))
