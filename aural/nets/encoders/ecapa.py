"""ECAPA-TDNN: blocks that see several distances at once, weigh channels by the whole clip, and are all read at the end.

Source: Desplanques et al. 2020 (arXiv:2005.07143); its pooling is the clip head's `pooling=attention`. The order inside
a layer is convolution, norm, rectifier here, where the paper's code has the norm last.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, final

import torch
from torch import Tensor, nn

from aural.nets import face
from aural.nets.layers import ConvFrames
from aural.nets.squeeze import SqueezeExcite
from aural.settings import option

TAKES: face.Kind = "frames"
FRONTEND = "log_mel"


@dataclass(frozen=True)
class Config:
    width: int = option(256, "channels of the blocks, a multiple of the scale; 512 or 1024 in the paper", least=2, most=2048)
    scale: int = option(8, "parts of the channels, each of which sees farther than the one before", least=1, most=32)
    blocks: int = option(3, "blocks; the k-th has its frames k + 1 apart", least=1, most=6)
    squeeze: int = option(128, "numbers in which a clip tells the weights of its channels", least=1, most=1024)
    last: int = option(768, "channels behind the layer that reads all blocks; 1536 in the paper", least=2, most=4096)


def tiny() -> Config:
    """Small enough for tests."""
    return Config(width=8, scale=4, blocks=2, squeeze=4, last=6)


@final
class Encoder(face.Encoder):
    """features [B, F, M] -> [B, F, last]. Raises: UsageError when the width is no multiple of the scale."""

    causal: ClassVar[bool] = False  # type: ignore[misc]

    def __init__(self, config: Config, width_in: int) -> None:
        super().__init__()
        face.divides(config.width, config.scale, "encoder.scale", "encoder.width")
        self.first = ConvFrames(width_in, config.width, 5)
        self.blocks = nn.ModuleList(_Block(config, apart) for apart in range(2, config.blocks + 2))
        self.all = ConvFrames(config.width * config.blocks, config.last, 1)
        self.width, self.stride = config.last, 1

    def forward(self, x: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        x, lengths = self.first(x.transpose(1, 2), lengths)
        outs = []
        for block in self.blocks:
            x = block(x, lengths)
            outs.append(x)
        x, lengths = self.all(torch.cat(outs, dim=1), lengths)
        return x.transpose(1, 2), lengths


@final
class _Block(nn.Module):
    """x [B, D, F] + its channels mixed, seen at several distances, mixed again and weighed."""

    def __init__(self, config: Config, apart: int) -> None:
        super().__init__()
        part = config.width // config.scale
        self.before, self.after = ConvFrames(config.width, config.width, 1), ConvFrames(config.width, config.width, 1)
        self.parts = nn.ModuleList(ConvFrames(part, part, 3, dilation=apart) for _ in range(config.scale - 1))
        self.weigh = SqueezeExcite(config.width, config.squeeze)

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        first, *others = self.before(x, lengths)[0].chunk(len(self.parts) + 1, dim=1)
        outs = [first]
        for part, layer in zip(others, self.parts, strict=True):
            outs.append(layer(part if len(outs) == 1 else part + outs[-1], lengths)[0])
        return x + self.weigh(self.after(torch.cat(outs, dim=1), lengths)[0], lengths)
