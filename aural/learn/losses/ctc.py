"""CTC: the chance of a label sequence summed over all ways to spread it over the frames (Graves et al. 2006)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import torch
from torch import Tensor, nn

from aural.learn.losses._face import Loss

ANSWERS = ("class",)


@dataclass(frozen=True)
class Config:
    """Nothing to set."""


@final
class Made(Loss):
    """Targets are tokens [B, L] from 1 up; class 0 of the logits is the blank. A clip too short for its text counts nothing."""

    def __init__(self, config: Config, outputs: int) -> None:
        super().__init__()

    def forward(self, logits: Tensor, targets: Tensor, frames: Tensor, target_lengths: Tensor) -> Tensor:
        log_probs = torch.log_softmax(logits.float(), dim=-1).transpose(0, 1)
        lengths = (frames, target_lengths)
        loss = nn.functional.ctc_loss(log_probs, targets.long(), *lengths, reduction="none", zero_infinity=True)
        return loss / target_lengths.clamp(min=1)
