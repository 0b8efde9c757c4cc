"""CTC: the chance of a label sequence summed over all ways to spread it over the frames (Graves et al. 2006)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import torch
from torch import Tensor, nn

from aural.learn.losses._face import Loss
from aural.nets.masks import masked

ANSWERS = ("class",)


@dataclass(frozen=True)
class Config:
    """Nothing to set."""


@final
class Made(Loss):
    """Targets are tokens [B, L] from 1 up; class 0 of the logits is the blank. A clip too short for its text counts nothing.

    Logits are log-probabilities, or such less a prior: then the sum over paths is that of the scores as they are. torch sums
    over normalized ones only; what normalizing takes off each frame, every path's score loses once.
    """

    def __init__(self, config: Config, outputs: int) -> None:
        super().__init__()

    def forward(self, logits: Tensor, targets: Tensor, frames: Tensor, target_lengths: Tensor) -> Tensor:
        scores = logits.float()
        taken = masked(torch.logsumexp(scores, dim=-1), frames).sum(1)
        log_probs = torch.log_softmax(scores, dim=-1).transpose(0, 1)
        loss = nn.functional.ctc_loss(log_probs, targets.long(), frames, target_lengths, reduction="none", zero_infinity=True)
        return torch.where(loss > 0, loss - taken, loss) / target_lengths.clamp(min=1)
