"""Cross entropy of units that are written one after the other, each behind the true ones before it, and of the end.

Source: smoothing: Szegedy et al. 2016 (arXiv:1512.00567).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import torch
from torch import Tensor, nn

from aural.learn.losses._face import Loss
from aural.nets.masks import mask_of
from aural.settings import option

ANSWERS = ("class",)


@dataclass(frozen=True)
class Config:
    smoothing: float = option(
        0.05, "share of the truth that is spread over all units, so that the net is not too sure", least=0, most=0.9
    )


@final
class Made(Loss):
    """Logits [B, L + 1, K + 1], targets [B, L] from 1 up; class 0 is the end, which is learned behind each row's last unit."""

    def __init__(self, config: Config, outputs: int) -> None:
        super().__init__()
        self._smoothing = config.smoothing

    def forward(self, logits: Tensor, targets: Tensor, frames: Tensor, target_lengths: Tensor) -> Tensor:
        lengths = target_lengths + 1
        truth = torch.cat([targets.long(), torch.zeros_like(targets[:, :1].long())], dim=1)
        truth = truth * mask_of(target_lengths, truth.shape[1])
        each = nn.functional.cross_entropy(logits.float().transpose(1, 2), truth, reduction="none", label_smoothing=self._smoothing)
        return (each * mask_of(lengths, truth.shape[1])).sum(1) / lengths
