"""Focal loss: what is already answered well counts little, so that many easy clips do not drown the few hard ones.

Each label counts by itself, as in the paper: it is for sets. Source: Lin et al. 2017 (arXiv:1708.02002).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

from torch import Tensor, nn

from aural.learn.losses._face import Loss, over_frames
from aural.settings import option

ANSWERS = ("set",)


@dataclass(frozen=True)
class Config:
    focus: float = option(2.0, "how fast what is known stops counting; 0 = plain cross-entropy", least=0, most=10)


@final
class Made(Loss):
    """Targets in [0, 1]; the mean over labels of -(1 - p)^focus log p, p the chance given to the truth."""

    def __init__(self, config: Config, outputs: int) -> None:
        super().__init__()
        self.focus = config.focus

    def forward(self, logits: Tensor, targets: Tensor, frames: Tensor, target_lengths: Tensor) -> Tensor:
        there, absent = nn.functional.logsigmoid(logits.float()), nn.functional.logsigmoid(-logits.float())
        loss = targets * self._weight(there) * there + (1 - targets) * self._weight(absent) * absent
        return over_frames(-loss.mean(-1), frames)

    def _weight(self, log_chance: Tensor) -> Tensor:
        """(1 - p)^focus; its slope stays finite where p is 1."""
        return (1 - log_chance.exp()).clamp(min=1e-7) ** self.focus
