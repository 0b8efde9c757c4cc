"""One vector for a whole clip, for metric learning: frames are pooled and weighed by one linear layer; its length means nothing."""

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
    pooling: str = option("attention", "how the frames of a clip become one vector", choices=HOWS)
    dropout: float = option(0.0, "share of the pooled vector dropped in training", least=0, most=0.9)
    size: int = option(192, "numbers in the vector", least=2, most=4096)


def tiny() -> Config:
    """For tests."""
    return Config(size=8)


@final
class Head(face.Head):
    """[B, F, D] -> vectors [B, K]."""

    def __init__(self, config: Config, width: int, outputs: int) -> None:
        super().__init__()
        self.pooling = Pooling(config.pooling, width)
        self.dropout = nn.Dropout(config.dropout)
        self.linear = nn.Linear(self.pooling.width, outputs, bias=False)
        # What all clips share says nothing of any: it is taken out, as the mean over clips.
        self.centered = nn.BatchNorm1d(outputs, affine=False)

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        vectors = self.linear(self.dropout(self.pooling(x, lengths)))
        if self.training and len(vectors) > 1:
            return self.centered(vectors)
        mean, variance = self.centered.running_mean, self.centered.running_var
        return nn.functional.batch_norm(vectors, mean, variance, training=False, eps=self.centered.eps)
