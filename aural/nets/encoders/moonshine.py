"""Moonshine's encoder: three convolutions take a frame of each 384 samples, a transformer with rotary places hears them.

The encoder of the fetched recognizer, weight for weight: `--from moonshine-base` begins with it (`learn/fetched.py`).
Source: N. Jeffries et al., "Moonshine: speech recognition for live transcription and voice commands", arXiv:2410.15608.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar, final

from torch import Tensor, nn

from aural.nets import face, moonshine
from aural.nets.masks import halved, held_on, masked
from aural.nets.recurrent import Recurrent
from aural.settings import option

TAKES: face.Kind = "samples"
FRONTEND = "raw"
_STRIDE = math.prod(stride for _, stride in moonshine.KERNELS)
_LACKING = 3  # frames that a sound lacks at most, as a frame hears more than two strides


@dataclass(frozen=True)
class Config:
    width: int = option(288, "size of a frame inside; a multiple of 8, at least 256", least=256, most=4096)
    layers: int = option(6, "layers of the transformer", least=1, most=96)
    inner: int = option(1152, "size of the wide layers", least=4, most=16384)
    above: int = option(
        0,
        "width of an LSTM in each direction over what it hears, which learns where the encoder is held; 0 = none",
        least=0,
        most=2048,
    )


def tiny() -> Config:
    """Small enough for tests."""
    return Config(width=256, layers=1, inner=16, above=4)


@final
class Encoder(face.Encoder):
    """samples [B, T, 1] at 16 kHz -> [B, T / 384, D]; the last frames, for which the sound is too short, are those before them
    again. D is the width, or twice that of the layer above."""

    causal: ClassVar[bool] = False  # type: ignore[misc]

    def __init__(self, config: Config, width_in: int) -> None:
        super().__init__()
        face.divides(config.width, moonshine.HEADS, "heads", "width")
        self.net = moonshine.Encoder(moonshine.Size(config.width, config.layers, 0, config.inner, 0))
        self.above = Recurrent("lstm", config.width, config.above, both=True) if config.above else None
        self.width, self.stride = 2 * config.above or config.width, _STRIDE

    @property
    def lent(self) -> nn.Module:
        return self.net

    def forward(self, x: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        frames = halved(lengths, self.stride)
        heard, real = self.net(x[..., 0], lengths)
        held = held_on(nn.functional.pad(heard, (0, 0, 0, _LACKING)), real)
        y = masked(held[:, : (x.shape[1] + self.stride - 1) // self.stride], frames)
        return (y if self.above is None else self.above(y, frames)), frames
