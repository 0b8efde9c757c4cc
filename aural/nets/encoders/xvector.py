"""The x-vector net: layers over time that see farther and farther apart frames, then two that see one frame.

Source: Snyder et al. 2018, X-Vectors: Robust DNN Embeddings for Speaker Recognition (doi:10.1109/ICASSP.2018.8461375);
its statistics pooling is the clip head's `pooling=statistics`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, final

from torch import Tensor, nn

from aural.nets import face
from aural.nets.layers import ConvFrames
from aural.settings import option

TAKES: face.Kind = "frames"
FRONTEND = "log_mel"
# Frames that a layer sees, and how far they lie apart.
_LAYERS = ((5, 1), (3, 2), (3, 3), (1, 1), (1, 1))


@dataclass(frozen=True)
class Config:
    width: int = option(256, "channels of the first four layers; 512 in the paper", least=2, most=2048)
    last: int = option(512, "channels of the fifth, which is pooled; 1500 in the paper", least=2, most=4096)


def tiny() -> Config:
    """Small enough for tests."""
    return Config(width=8, last=6)


@final
class Encoder(face.Encoder):
    """features [B, F, M] -> [B, F, last]; a frame sees seven frames to each side."""

    causal: ClassVar[bool] = False  # type: ignore[misc]

    def __init__(self, config: Config, width_in: int) -> None:
        super().__init__()
        widths = [width_in] + [config.width] * (len(_LAYERS) - 1) + [config.last]
        self.layers = nn.ModuleList(
            ConvFrames(a, b, kernel, dilation=apart) for a, b, (kernel, apart) in zip(widths, widths[1:], _LAYERS, strict=False)
        )
        self.width, self.stride = config.last, 1

    def forward(self, x: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        x = x.transpose(1, 2)
        for layer in self.layers:
            x, lengths = layer(x, lengths)
        return x.transpose(1, 2), lengths
