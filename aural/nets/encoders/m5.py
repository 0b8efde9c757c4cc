"""A deep convolutional net over raw samples: M5 and its deeper sisters M11 and M18.

Source: Dai et al. 2016, Very Deep Convolutional Neural Networks for Raw Waveforms (arXiv:1610.00087).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, final

import torch
from torch import Tensor, nn

from aural.nets import face
from aural.nets.layers import ConvFrames
from aural.nets.masks import halved
from aural.settings import option

TAKES: face.Kind = "samples"
FRONTEND = "raw"
# Convolutions in each of the four groups behind the first layer.
_GROUPS = {"5": (1, 1, 1, 1), "11": (2, 2, 3, 2), "18": (4, 4, 4, 4)}


@dataclass(frozen=True)
class Config:
    depth: str = option("5", "layers: 5 is quick, 18 wants thousands of clips", choices=tuple(_GROUPS))
    width: int = option(32, "channels of the first layer; the last group has eight times as many", least=2, most=256)


def tiny() -> Config:
    """Small enough for tests."""
    return Config(width=2)


@final
class Encoder(face.Encoder):
    """samples [B, T, 1] -> [B, T / 1024, 8 width]."""

    causal: ClassVar[bool] = False  # type: ignore[misc]

    def __init__(self, config: Config, width_in: int) -> None:
        super().__init__()
        self.first = ConvFrames(width_in, config.width, 80, 4)
        self.groups = nn.ModuleList()
        width = config.width
        for k, count in enumerate(_GROUPS[config.depth]):
            wider = config.width * 2**k
            layers = [ConvFrames(width if n == 0 else wider, wider, 3) for n in range(count)]
            self.groups.append(nn.ModuleList(layers))
            width = wider
        self.width, self.stride = width, 4 * 4**4

    def forward(self, x: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        x, lengths = self.first(x.transpose(1, 2), lengths)
        x, lengths = _pooled(x, lengths)
        for k, group in enumerate(self.groups):
            for layer in group:
                x, lengths = layer(x, lengths)
            if k < len(self.groups) - 1:
                x, lengths = _pooled(x, lengths)
        return x.transpose(1, 2), lengths


def _pooled(x: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
    """The maximum of each four frames; what is filled up is 0, which a rectified frame never lies below."""
    # As maximum of four strided views: pooling layers tie the exported graph to one length.
    x = nn.functional.pad(x, (0, 3))
    frames = (x.shape[2] - 3 + 3) // 4
    views = [x[:, :, k::4][:, :, :frames] for k in range(4)]
    return torch.stack(views).amax(0), halved(lengths, 4)
