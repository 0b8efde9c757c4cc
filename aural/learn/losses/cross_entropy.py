"""Cross-entropy of one class among several, with label smoothing (Szegedy et al. 2016)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import torch
from torch import Tensor

from aural.learn.losses._face import Loss, over_frames
from aural.settings import option

ANSWERS = ("class",)


@dataclass(frozen=True)
class Config:
    smoothing: float = option(
        0.05, "share of the truth spread over all classes, so that scores stay off 0 and 1", least=0, most=0.5
    )


@final
class Made(Loss):
    """Targets are distributions over classes, so that mixed clips have mixed truths."""

    def __init__(self, config: Config, outputs: int) -> None:
        super().__init__()
        self.smoothing, self.outputs = config.smoothing, outputs

    def forward(self, logits: Tensor, targets: Tensor, frames: Tensor, target_lengths: Tensor) -> Tensor:
        truth = targets * (1 - self.smoothing) + self.smoothing / self.outputs
        return over_frames(-(truth * torch.log_softmax(logits.float(), dim=-1)).sum(-1), frames)
