"""Binary cross-entropy of each label by itself, for sets; rare labels may count more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

from torch import Tensor, nn

from aural.learn.losses._face import Loss, over_frames
from aural.settings import option

ANSWERS = ("set",)


@dataclass(frozen=True)
class Config:
    positive: float = option(1.0, "how many times a label that is there counts against one that is not", least=0.01, most=1000)


@final
class Made(Loss):
    """Targets in [0, 1]; the mean over labels."""

    def __init__(self, config: Config, outputs: int) -> None:
        super().__init__()
        self.positive = config.positive

    def forward(self, logits: Tensor, targets: Tensor, frames: Tensor, target_lengths: Tensor) -> Tensor:
        weight = 1 + (self.positive - 1) * targets
        loss = nn.functional.binary_cross_entropy_with_logits(logits.float(), targets, weight, reduction="none")
        return over_frames(loss.mean(-1), frames)
