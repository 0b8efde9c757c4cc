"""A recurrent net over features: LSTM or GRU, in both directions or, causal, forward alone.

Source: Hochreiter and Schmidhuber 1997 (LSTM); Cho et al. 2014, arXiv:1406.1078 (GRU).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

from torch import Tensor, nn

from aural.nets import face
from aural.nets.recurrent import Recurrent
from aural.settings import option

TAKES: face.Kind = "frames"
FRONTEND = "log_mel"


@dataclass(frozen=True)
class Config:
    kind: str = option("gru", "gru has a quarter fewer weights than lstm", choices=("gru", "lstm"))
    width: int = option(96, "size of the state in each direction", least=2, most=2048)
    layers: int = option(2, "layers on top of each other", least=1, most=8)
    causal: bool = option(False, "forward alone: no later frame is seen")


def tiny() -> Config:
    """Small enough for tests."""
    return Config(width=4, layers=1, causal=True)


@final
class Encoder(face.Streaming):
    """features [B, F, M] -> [B, F, width], twice that in both directions."""

    def __init__(self, config: Config, width_in: int) -> None:
        super().__init__()
        self.width, self.stride, self.causal = config.width * (1 if config.causal else 2), 1, config.causal
        self.layers = nn.ModuleList(
            Recurrent(config.kind, width_in if k == 0 else self.width, config.width, not config.causal)
            for k in range(config.layers)
        )

    def forward(self, x: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        for layer in self.layers:
            x = layer(x, lengths)
        return x, lengths

    def begin(self, batch: int) -> list[Tensor]:
        return [part for layer in self.layers for part in layer.begin(batch)]

    def step(self, x: Tensor, state: Sequence[Tensor]) -> tuple[Tensor, list[Tensor]]:
        parts = iter(state)
        after: list[Tensor] = []
        for layer in self.layers:
            x = layer.step(x, parts, after)
        return x, after
