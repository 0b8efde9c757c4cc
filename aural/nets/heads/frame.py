"""One answer a frame: the same linear layer for each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

from torch import Tensor, nn

from aural.nets import face
from aural.nets.masks import masked
from aural.settings import option

OVER = "frame"


@dataclass(frozen=True)
class Config:
    dropout: float = option(0.2, "share of each frame's vector dropped in training", least=0, most=0.9)


def tiny() -> Config:
    """For tests."""
    return Config(dropout=0.0)


@final
class Head(face.Head):
    """[B, F, D] -> logits [B, F, K], zero behind each row's length."""

    def __init__(self, config: Config, width: int, outputs: int) -> None:
        super().__init__()
        self.dropout = nn.Dropout(config.dropout)
        self.linear = nn.Linear(width, outputs)

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        return masked(self.linear(self.dropout(x)), lengths)
