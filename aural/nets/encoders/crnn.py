"""Convolutions for what is near, recurrence for what is far: the usual net for sound events.

Source: Cakir et al. 2017, Convolutional Recurrent Neural Networks for Polyphonic Sound Event Detection (arXiv:1702.06286).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, final

from torch import Tensor, nn

from aural.nets import face
from aural.nets.layers import ConvBands
from aural.nets.recurrent import Recurrent
from aural.settings import option

TAKES: face.Kind = "frames"
FRONTEND = "log_mel"


@dataclass(frozen=True)
class Config:
    width: int = option(32, "channels of the convolutions", least=2, most=512)
    blocks: int = option(3, "convolutions; each halves the bands, the first two halve time", least=2, most=6)
    state: int = option(64, "size of the recurrent state in each direction", least=2, most=1024)
    layers: int = option(1, "recurrent layers on top of each other; 1 for sounds and words, 2 to 4 for sentences", least=1, most=8)
    dropout: float = option(0.0, "share dropped before and behind each recurrent layer in training", least=0, most=0.9)


def tiny() -> Config:
    """Small enough for tests."""
    return Config(width=4, blocks=2, state=4, layers=2)


@final
class Encoder(face.Encoder):
    """features [B, F, M] -> [B, F / 4, 2 state]; the bands that are left stand side by side, so heights are kept apart."""

    causal: ClassVar[bool] = False  # type: ignore[misc]

    def __init__(self, config: Config, width_in: int) -> None:
        super().__init__()
        self.blocks, bands = nn.ModuleList(), width_in
        for k in range(config.blocks):
            self.blocks.append(ConvBands(config.width if k else 1, config.width, stride=(2 if k < 2 else 1, 2)))
            bands = -(-bands // 2)
        self.recurrent = Recurrent("gru", config.width * bands, config.state, True)
        self.higher = nn.ModuleList(Recurrent("gru", 2 * config.state, config.state, True) for _ in range(config.layers - 1))
        self.dropout = nn.Dropout(config.dropout)
        self.width, self.stride = 2 * config.state, 4

    def forward(self, x: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        x = x[:, None]
        for block in self.blocks:
            x, lengths = block(x, lengths)
        x = self.dropout(self.recurrent(self.dropout(x.transpose(1, 2).flatten(2)), lengths))
        for layer in self.higher:
            x = self.dropout(layer(x, lengths))
        return x, lengths
