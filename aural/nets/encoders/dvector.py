"""The d-vector net: LSTM layers forward in time, each followed by a projection to fewer numbers.

Source: Wan et al. 2018 (arXiv:1710.10467), three layers of 768 projected to 256, less wide here by default. There
the projection also feeds the recurrence, which no node of ONNX can do; here it stands between the layers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, final

from torch import Tensor, nn

from aural.nets import face
from aural.nets.masks import masked
from aural.nets.recurrent import Recurrent
from aural.settings import option

TAKES: face.Kind = "frames"
FRONTEND = "log_mel"


@dataclass(frozen=True)
class Config:
    width: int = option(256, "numbers of a state; 768 in the paper", least=2, most=2048)
    projection: int = option(128, "numbers between the layers; 256 in the paper", least=2, most=2048)
    layers: int = option(3, "one upon the other", least=1, most=8)


def tiny() -> Config:
    """Small enough for tests."""
    return Config(width=8, projection=4, layers=2)


@final
class Encoder(face.Streaming):
    """features [B, F, M] -> [B, F, projection]; a frame for each frame."""

    causal: ClassVar[bool] = True  # type: ignore[misc]

    def __init__(self, config: Config, width_in: int) -> None:
        super().__init__()
        widths = [width_in] + [config.projection] * (config.layers - 1)
        self.layers = nn.ModuleList(Recurrent("lstm", width, config.width, False) for width in widths)
        self.projections = nn.ModuleList(nn.Linear(config.width, config.projection) for _ in widths)
        self.width, self.stride = config.projection, 1

    def forward(self, x: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        for layer, projection in zip(self.layers, self.projections, strict=True):
            x = projection(layer(x, lengths))
        return masked(x, lengths), lengths

    def begin(self, batch: int) -> list[Tensor]:
        return [part for layer in self.layers for part in layer.begin(batch)]

    def step(self, x: Tensor, state: Sequence[Tensor]) -> tuple[Tensor, list[Tensor]]:
        parts = iter(state)
        after: list[Tensor] = []
        for layer, projection in zip(self.layers, self.projections, strict=True):
            x = projection(layer.step(x, parts, after))
        return x, after
