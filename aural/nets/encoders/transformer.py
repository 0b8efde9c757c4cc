"""An audio spectrogram transformer: patches of log-mel, told their places, look at each other.

Source: Gong et al. 2021, AST (arXiv:2104.01778); here patches span all bands, so that any length is a sequence of frames.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, final

from torch import Tensor, nn

from aural.nets import face
from aural.nets.attention import Attention, places
from aural.nets.masks import halved, masked
from aural.settings import option

TAKES: face.Kind = "frames"
FRONTEND = "log_mel"


@dataclass(frozen=True)
class Config:
    width: int = option(128, "size of a frame inside; a multiple of the heads", least=4, most=2048)
    layers: int = option(4, "layers", least=1, most=48)
    heads: int = option(4, "heads of attention", least=1, most=64)
    patch: int = option(8, "frames of log-mel in one patch", least=1, most=64)
    dropout: float = option(0.1, "share dropped behind each part in training", least=0, most=0.9)


def tiny() -> Config:
    """Small enough for tests."""
    return Config(width=8, layers=1, heads=2, patch=4, dropout=0.0)


@final
class Encoder(face.Encoder):
    """features [B, F, M] -> [B, F / patch, width]."""

    causal: ClassVar[bool] = False  # type: ignore[misc]

    def __init__(self, config: Config, width_in: int) -> None:
        super().__init__()
        self.patch = nn.Conv1d(width_in, config.width, config.patch, config.patch)
        self.layers = nn.ModuleList(_Layer(config) for _ in range(config.layers))
        self.norm = nn.LayerNorm(config.width)
        self.width, self.stride = config.width, config.patch

    def forward(self, x: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        # Room for the last patch, whole; what it is filled up with is zeros, alone as in a batch.
        x = self.patch(nn.functional.pad(x.transpose(1, 2), (0, self.stride - 1))).transpose(1, 2)
        lengths = halved(lengths, self.stride)
        x = x + places(x.shape[1], self.width, x)
        for layer in self.layers:
            x = layer(x, lengths)
        return masked(self.norm(x), lengths), lengths


@final
class _Layer(nn.Module):
    def __init__(self, config: Config) -> None:
        super().__init__()
        self.first, self.second = nn.LayerNorm(config.width), nn.LayerNorm(config.width)
        self.attention = Attention(config.width, config.heads)
        self.wide = nn.Sequential(
            nn.Linear(config.width, 4 * config.width),
            nn.GELU(),
            nn.Dropout(config.dropout),
            nn.Linear(4 * config.width, config.width),
        )
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        x = x + self.dropout(self.attention(self.first(x), lengths))
        return x + self.dropout(self.wide(self.second(x)))
