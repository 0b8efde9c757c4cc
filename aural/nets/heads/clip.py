"""One answer for a whole clip: frames are pooled, then weighed by one linear layer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

from torch import Tensor, nn

from aural.nets import face
from aural.nets.pooling import HOWS, Pooling
from aural.settings import option

OVER = "clip"


@dataclass(frozen=True)
class Config:
    pooling: str = option("mean_max", "how the frames of a clip become one vector", choices=HOWS)
    dropout: float = option(0.1, "share of the pooled vector dropped in training", least=0, most=0.9)


def tiny() -> Config:
    """For tests."""
    return Config(dropout=0.0)


@final
class Head(face.Head):
    """[B, F, D] -> logits [B, K]."""

    def __init__(self, config: Config, width: int, outputs: int) -> None:
        super().__init__()
        self.pooling = Pooling(config.pooling, width)
        self.dropout = nn.Dropout(config.dropout)
        self.linear = nn.Linear(self.pooling.width, outputs)

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        return self.linear(self.dropout(self.pooling(x, lengths)))
