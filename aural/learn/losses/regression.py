"""How far a number is off, on the scale of the training numbers: squared near the truth, straight farther off (Huber 1964)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import torch
from torch import Tensor, nn

from aural.learn.losses._face import Loss, over_frames
from aural.settings import option

ANSWERS = ("number",)


@dataclass(frozen=True)
class Config:
    knee: float = option(1.0, "from here on errors count straight, in standard deviations of the training numbers", least=0.001)


@final
class Made(Loss):
    """Targets are standardized numbers; NaN = unknown, which counts nothing."""

    def __init__(self, config: Config, outputs: int) -> None:
        super().__init__()
        self.knee = config.knee

    def forward(self, logits: Tensor, targets: Tensor, frames: Tensor, target_lengths: Tensor) -> Tensor:
        known = ~torch.isnan(targets)
        truth = torch.where(known, targets, logits.detach().float())
        loss = nn.functional.huber_loss(logits.float(), truth, reduction="none", delta=self.knee)
        return over_frames((loss * known).mean(-1), frames)
