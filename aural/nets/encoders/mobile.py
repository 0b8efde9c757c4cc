"""MobileNetV3 over log-mel: inverted residuals with squeeze and excitation, few operations for what they learn.

Source: Howard et al. 2019 (arXiv:1905.02244), table 2 (the small net); on log-mel as in EfficientAT (Schmid et al.
2022, arXiv:2211.04772); written here, with means over real frames alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, final

import torch
from torch import Tensor, nn

from aural.nets import face
from aural.nets.layers import ConvBands, wiped
from aural.nets.squeeze import SqueezeExcite
from aural.settings import option

TAKES: face.Kind = "frames"
FRONTEND = "log_mel"


@dataclass(frozen=True)
class _Row:
    """One block: kernel, channels inside and out, squeeze and excitation, hard swish in place of a rectifier, stride."""

    kernel: int
    inner: int
    width: int
    squeeze: bool
    swish: bool
    stride: int


_ROWS = (
    _Row(3, 16, 16, True, False, 2),
    _Row(3, 72, 24, False, False, 2),
    _Row(3, 88, 24, False, False, 1),
    _Row(5, 96, 40, True, True, 2),
    _Row(5, 240, 40, True, True, 1),
    _Row(5, 240, 40, True, True, 1),
    _Row(5, 120, 48, True, True, 1),
    _Row(5, 144, 48, True, True, 1),
    _Row(5, 288, 96, True, True, 2),
    _Row(5, 576, 96, True, True, 1),
    _Row(5, 576, 96, True, True, 1),
)


@dataclass(frozen=True)
class Config:
    scale: float = option(1.0, "all channels times this", least=0.1, most=4)
    blocks: int = option(11, "how many of the paper's eleven blocks; 8 = frames of 0.16 s where all give 0.32 s", least=1, most=11)


def tiny() -> Config:
    """Small enough for tests."""
    return Config(scale=0.25, blocks=4)


@final
class Encoder(face.Encoder):
    """features [B, F, M] -> [B, F / 32, 6 times the last block's channels] with all blocks; the mean over bands."""

    causal: ClassVar[bool] = False  # type: ignore[misc]

    def __init__(self, config: Config, width_in: int) -> None:
        super().__init__()
        width, self.stride = _eights(16 * config.scale), 2
        self.first = ConvBands(1, width, (3, 3), (2, 2), active=False)
        self.blocks = nn.ModuleList()
        for row in _ROWS[: config.blocks]:
            self.blocks.append(_Block(row, width, config.scale))
            width, self.stride = _eights(row.width * config.scale), self.stride * row.stride
        self.width = 6 * width
        self.last = ConvBands(width, self.width, (1, 1), active=False)

    def forward(self, x: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        x, lengths = self.first(x[:, None], lengths)
        x = nn.functional.hardswish(x)
        for block in self.blocks:
            x, lengths = block(x, lengths)
        x, lengths = self.last(x, lengths)
        return nn.functional.hardswish(x).mean(3).transpose(1, 2), lengths


@final
class _Block(nn.Module):
    """x [B, D, F, M] widened, filtered channel by channel, weighed and narrowed; added to x where shapes allow."""

    def __init__(self, row: _Row, width_in: int, scale: float) -> None:
        super().__init__()
        inner, width = _eights(row.inner * scale), _eights(row.width * scale)
        self.swish, self.adds = row.swish, row.stride == 1 and width == width_in
        self.wide = ConvBands(width_in, inner, (1, 1), active=False)
        self.each = ConvBands(inner, inner, (row.kernel,) * 2, (row.stride,) * 2, groups=inner, active=False)
        self.weigh = SqueezeExcite(inner, _eights(inner / 4), hard=True) if row.squeeze else None
        self.narrow = ConvBands(inner, width, (1, 1), active=False)

    def forward(self, x: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        y, _ = self.wide(x, lengths)
        y, after = self.each(self._active(y), lengths)
        y = self._active(y)
        if self.weigh is not None:
            y = self.weigh(y, after)
        y, _ = self.narrow(y, after)
        return (wiped(x + y, after) if self.adds else y), after

    def _active(self, x: Tensor) -> Tensor:
        return nn.functional.hardswish(x) if self.swish else torch.relu(x)


def _eights(width: float) -> int:
    """The nearest multiple of eight, at least eight."""
    return max(8, int(width / 8 + 0.5) * 8)
