"""EnvNet-v2: one-dimensional convolutions on the waveform make an image that two-dimensional ones read.

Source: Tokozume, Ushiku and Harada 2018 (arXiv:1711.10282), table 6; written here, with padding that keeps the
frame grid, a masked batch norm and without the fully connected layers, whose place the head takes. It was made
for 44.1 kHz and learns best with `--augment between_class`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, final

from torch import Tensor, nn

from aural.nets import face
from aural.nets.layers import ConvBands, ConvFrames, wiped
from aural.nets.pools import largest_bands, largest_frames
from aural.settings import option

TAKES: face.Kind = "samples"
FRONTEND = "raw"


@dataclass(frozen=True)
class Config:
    width: int = option(32, "channels of the first layer; the others are 1, 2, 4 and 8 times as wide", least=2, most=128)
    bands: int = option(64, "filters whose outputs are the image's rows", least=8, most=256)
    pool: int = option(64, "samples behind both strides of two that make one column of the image", least=2, most=512)
    blocks: int = option(3, "blocks of two-dimensional layers behind the first one; each halves time", least=0, most=3)


def tiny() -> Config:
    """Small enough for tests."""
    return Config(width=2, bands=8, pool=16, blocks=1)


@final
class Encoder(face.Encoder):
    """samples [B, T, 1] -> [B, F, D]: a frame each 4 * pool * 3 * 2^blocks samples, the mean over the image's rows."""

    causal: ClassVar[bool] = False  # type: ignore[misc]

    def __init__(self, config: Config, width_in: int) -> None:
        super().__init__()
        self.pool = config.pool
        self.first = nn.ModuleList([ConvFrames(width_in, config.width, 64, 2), ConvFrames(config.width, config.bands, 16, 2)])
        self.image = nn.ModuleList([ConvBands(1, config.width, (8, 8)), ConvBands(config.width, config.width, (8, 8))])
        widths = [config.width * 2**k for k in range(config.blocks + 1)]
        shapes = ((4, 1), (2, 1), (2, 1))
        self.blocks = nn.ModuleList(
            nn.ModuleList([ConvBands(a, b, shape), ConvBands(b, b, shape)])
            for a, b, shape in zip(widths, widths[1:], shapes, strict=False)
        )
        self.width, self.stride = widths[-1], 4 * config.pool * 3 * 2**config.blocks

    def forward(self, x: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        x = x.transpose(1, 2)
        for layer in self.first:
            x, lengths = layer(x, lengths)
        x, lengths = largest_frames(x, lengths, self.pool)
        x = x.transpose(1, 2)[:, None]
        for layer in self.image:
            x, lengths = layer(x, lengths)
        x, lengths = largest_frames(largest_bands(x, 5), lengths, 3)
        for block in self.blocks:
            for layer in block:
                x, lengths = layer(x, lengths)
            x, lengths = largest_frames(x, lengths, 2)
        return wiped(x, lengths).mean(3).transpose(1, 2), lengths
