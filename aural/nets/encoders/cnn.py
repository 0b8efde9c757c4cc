"""A plain convolutional net over log-mel, in the manner of VGG: pairs of 3 x 3 convolutions, then halved.

Source: the CNN10/CNN14 shape of PANNs (Kong et al. 2020, arXiv:1912.10211), made small; written here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, final

from torch import Tensor, nn

from aural.nets import face
from aural.nets.layers import ConvBands, wiped
from aural.nets.masks import halved
from aural.settings import option

TAKES: face.Kind = "frames"
FRONTEND = "log_mel"


@dataclass(frozen=True)
class Config:
    width: int = option(24, "channels of the first block; each block has twice as many", least=2, most=256)
    blocks: int = option(4, "blocks; each halves time and bands", least=1, most=6)
    dropout: float = option(0.2, "share of channels dropped behind each block in training", least=0, most=0.9)


def tiny() -> Config:
    """Small enough for tests."""
    return Config(width=4, blocks=2)


@final
class Encoder(face.Encoder):
    """features [B, F, M] -> [B, F / 2^blocks, width * 2^(blocks-1) * 2]: the mean and the maximum over bands."""

    causal: ClassVar[bool] = False  # type: ignore[misc]

    def __init__(self, config: Config, width_in: int) -> None:
        super().__init__()
        widths = [1] + [config.width * 2**k for k in range(config.blocks)]
        self.blocks = nn.ModuleList(
            nn.ModuleList([ConvBands(a, b), ConvBands(b, b)]) for a, b in zip(widths, widths[1:], strict=False)
        )
        self.dropout = nn.Dropout2d(config.dropout)
        self.width, self.stride = 2 * widths[-1], 2**config.blocks

    def forward(self, x: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        x = x[:, None]
        for block in self.blocks:
            for layer in block:
                x, lengths = layer(x, lengths)
            # Both sides are filled to an even number, so a row alone and in a batch see the same zeros.
            x = nn.functional.avg_pool2d(nn.functional.pad(x, (0, x.shape[3] % 2, 0, x.shape[2] % 2)), 2)
            lengths = halved(lengths, 2)
            x = self.dropout(x)
        x = wiped(x, lengths)
        return _joined(x), lengths


def _joined(x: Tensor) -> Tensor:
    """[B, D, F, M] -> [B, F, 2 D]: mean and maximum over bands."""
    from torch import cat

    return cat([x.mean(3), x.amax(3)], dim=1).transpose(1, 2)
