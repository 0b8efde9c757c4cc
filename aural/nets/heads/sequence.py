"""A sequence of labels without times: one distribution a frame with a blank as class 0, read by CTC."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

from torch import Tensor, nn

from aural.nets import face
from aural.settings import option

OVER = "sequence"


@dataclass(frozen=True)
class Config:
    dropout: float = option(0.1, "share of each frame's vector dropped in training", least=0, most=0.9)


def tiny() -> Config:
    """For tests."""
    return Config(dropout=0.0)


@final
class Head(face.Head):
    """[B, F, D] -> logits [B, F, K + 1]; class 0 is the blank (Graves et al. 2006)."""

    def __init__(self, config: Config, width: int, outputs: int) -> None:
        super().__init__()
        self.dropout = nn.Dropout(config.dropout)
        self.linear = nn.Linear(width, outputs + 1)

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        return self.linear(self.dropout(x))
