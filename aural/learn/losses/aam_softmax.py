"""Additive angular margin: a vector must lie closer to its class than to others by an angle, for vectors that tell voices apart.

Source: Deng et al. 2019 (arXiv:1801.07698), for speakers as in Desplanques et al. 2020 (arXiv:2005.07143).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import final

import torch
from torch import Tensor, nn

from aural.learn.losses._face import Loss
from aural.settings import option

ANSWERS = ("vector",)


@dataclass(frozen=True)
class Config:
    margin: float = option(0.2, "angle that the true class is held back by", unit="rad", least=0, most=1.5)
    sharpness: float = option(30.0, "cosines are multiplied by this", least=1, most=256)
    smoothing: float = option(0.05, "share of the truth spread over all classes", least=0, most=0.5)
    settled: float = option(0.3, "share of the training over which the margin grows from 0", least=0, most=1)


@final
class Made(Loss):
    """Vectors [B, D] of any length, targets [B, K] with 1 at the class -> [B]. `outputs` K classes, `width` D."""

    def __init__(self, config: Config, outputs: int, width: int) -> None:
        super().__init__()
        self.config = config
        self.weight = nn.Parameter(torch.empty(outputs, width))
        nn.init.xavier_normal_(self.weight)

    def forward(self, logits: Tensor, targets: Tensor, frames: Tensor, target_lengths: Tensor) -> Tensor:
        margin = self.config.margin * (min(1.0, self.share / self.config.settled) if self.config.settled else 1.0)
        truth = targets * (1 - self.config.smoothing) + self.config.smoothing / targets.shape[1]
        return -(truth * torch.log_softmax(self.cosines(logits.float(), targets, margin), dim=1)).sum(1)

    def cosines(self, vectors: Tensor, truth: Tensor, margin: float) -> Tensor:
        """[B, K]: sharpened cosines between vectors and classes, the true one's `margin` (rad) farther off."""
        cosine = nn.functional.linear(nn.functional.normalize(vectors), nn.functional.normalize(self.weight))
        cosine = cosine.clamp(-1 + 1e-6, 1 - 1e-6)
        farther = torch.cos(torch.acos(cosine) + margin)
        # Behind half a turn the cosine would rise again: from there on it falls straight.
        farther = torch.where(cosine > -math.cos(margin), farther, cosine - margin * math.sin(margin))
        return self.config.sharpness * torch.where(truth > 0.5, farther, cosine)
