"""A plain convolutional net over log-mel, in the manner of VGG: pairs of 3 x 3 convolutions, then halved.

Source: the CNN10/CNN14 shape of PANNs (Kong et al. 2020, arXiv:1912.10211), made small; written here.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import ClassVar, final

import torch
from torch import Tensor, nn

from aural.nets import face
from aural.nets.layers import ConvBands, wiped
from aural.nets.masks import halved
from aural.settings import option

TAKES: face.Kind = "frames"
FRONTEND = "log_mel"


@dataclass(frozen=True)
class Config:
    width: int = option(16, "channels of the first block; each block has twice as many", least=2, most=256)
    blocks: int = option(4, "blocks; each halves the bands", least=1, most=6)
    halvings: int = option(4, "how often time is halved: 4 = an answer each 16 frames", least=1, most=6)
    dropout: float = option(0.0, "share of channels dropped behind each block in training", least=0, most=0.9)


def tiny() -> Config:
    """Small enough for tests."""
    return Config(width=4, blocks=2, halvings=2)


@final
class Encoder(face.Encoder):
    """features [B, F, M] -> [B, F / 2^halvings, width * 2^blocks]: the mean and the maximum over bands.

    The first layer halves time already, which spares half of all work; the blocks do the rest.
    """

    causal: ClassVar[bool] = False  # type: ignore[misc]

    def __init__(self, config: Config, width_in: int) -> None:
        super().__init__()
        widths = [1] + [config.width * 2**k for k in range(config.blocks)]
        self.blocks = nn.ModuleList()
        for k, (a, b) in enumerate(itertools.pairwise(widths)):
            first = ConvBands(a, b, stride=(1 if k else 2, 1))
            self.blocks.append(nn.ModuleList([first, ConvBands(b, b)]))
        self.strides = [2 if k < config.halvings - 1 else 1 for k in range(config.blocks)]
        self.dropout = nn.Dropout2d(config.dropout)
        self.width, self.stride = 2 * widths[-1], 2 * math.prod(self.strides)

    def forward(self, x: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        x = x[:, None]
        for block, stride in zip(self.blocks, self.strides, strict=True):
            for layer in block:
                x, lengths = layer(x, lengths)
            # Both sides are filled to whole steps, so a row alone and in a batch see the same zeros.
            x = nn.functional.pad(x, (0, x.shape[3] % 2, 0, x.shape[2] % stride))
            x = self.dropout(nn.functional.avg_pool2d(x, (stride, 2)))
            lengths = halved(lengths, stride)
        x = wiped(x, lengths)
        return torch.cat([x.mean(3), x.amax(3)], dim=1).transpose(1, 2), lengths
