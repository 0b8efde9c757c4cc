"""Generalized end-to-end: each vector must lie closer to the mean of its own class in the batch than to other classes' means.

It needs batches that hold a class several times: with few classes any batch does. Source: Wan et al. 2018 (arXiv:1710.10467).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import torch
from torch import Tensor, nn

from aural.learn.losses._face import Loss
from aural.settings import option

ANSWERS = ("vector",)


@dataclass(frozen=True)
class Config:
    sharpness: float = option(10.0, "cosines are multiplied by this at first; it is learned", least=0.1, most=256)


@final
class Made(Loss):
    """Vectors [B, D] of any length, targets [B, K] with 1 at the class -> [B]; softmax over the classes in the batch.

    A vector's own class is the mean of the others of it, so that it does not pull itself; one that is alone of its class in
    the batch counts 0.
    """

    def __init__(self, config: Config, outputs: int, width: int) -> None:
        super().__init__()
        self.sharpness = nn.Parameter(torch.tensor(config.sharpness))

    def forward(self, logits: Tensor, targets: Tensor, frames: Tensor, target_lengths: Tensor) -> Tensor:
        vectors = nn.functional.normalize(logits.float())
        member = nn.functional.one_hot(targets.argmax(1), targets.shape[1]).to(vectors)
        count, total = member.sum(0), member.T @ vectors
        means = nn.functional.normalize(total)
        own = nn.functional.normalize(total[targets.argmax(1)] - vectors)
        cosines = torch.where(member > 0.5, (vectors * own).sum(1, keepdim=True), vectors @ means.T)
        told = torch.where(count > 0, self.sharpness.clamp(min=1e-6) * cosines, -1e9)
        loss = -(member * torch.log_softmax(told, dim=1)).sum(1)
        return torch.where(count[targets.argmax(1)] > 1, loss, 0.0)
