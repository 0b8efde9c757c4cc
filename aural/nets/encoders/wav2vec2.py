"""wav2vec 2.0 and HuBERT: convolutions over the waveform, then a transformer whose places are told by a wide convolution.

The encoder of published checkpoints, weight for weight: `--from facebook/wav2vec2-base-960h` or a folder with its files begins with
theirs (`learn/published.py`).
Source: Baevski et al. 2020, wav2vec 2.0 (arXiv:2006.11477); Hsu et al. 2021, HuBERT (arXiv:2106.07447). Statistics over time see
real samples and frames only, so that padding is not heard, which the published code leaves open.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, final

import torch
from torch import Tensor, nn

from aural.errors import UsageError
from aural.nets import face
from aural.nets.attention import Attention
from aural.nets.masks import halved, held_on, masked, mean_of
from aural.settings import option

TAKES: face.Kind = "samples"
FRONTEND = "raw"


@dataclass(frozen=True)
class Config:
    width: int = option(768, "size of a frame inside; a multiple of the heads", least=4, most=4096)
    layers: int = option(12, "layers of the transformer", least=1, most=96)
    heads: int = option(12, "heads of attention", least=1, most=64)
    inner: int = option(3072, "size of the wide layers", least=4, most=16384)
    channels: tuple[int, ...] = option((512,) * 7, "channels of each convolution over the waveform")
    kernels: tuple[int, ...] = option((10, 3, 3, 3, 3, 2, 2), "samples or frames that each of them hears")
    strides: tuple[int, ...] = option((5, 2, 2, 2, 2, 2, 2), "their steps")
    bias: bool = option(False, "they have biases")
    norm: str = option("group", "group = the first one is brought to one level over time; layer = all are, in each frame",
                       choices=("group", "layer"))  # fmt: skip
    early: bool = option(False, "norms stand before attention and wide layers, as in the large nets, not behind them")
    project_norm: bool = option(True, "a norm stands between convolutions and transformer")
    reach: int = option(128, "frames over which the convolution tells places", least=1, most=512)
    groups: int = option(16, "groups of that convolution", least=1, most=64)
    normalize: bool = option(True, "each recording is brought to mean 0 and spread 1 first")
    dropout: float = option(0.1, "share dropped behind each part in training", least=0, most=0.9)
    epsilon: float = option(1e-5, "smallest variance of the norms in the transformer", least=0, most=1)


def tiny() -> Config:
    """Small enough for tests."""
    return Config(
        width=8, layers=1, heads=2, inner=16, channels=(4, 4), kernels=(10, 4), strides=(5, 8), reach=4, groups=2, dropout=0.0
    )


@final
class Encoder(face.Encoder):
    """samples [B, T, 1] -> [B, T / 320, width]; the last frames, for which the sound is too short, are those before them again."""

    causal: ClassVar[bool] = False  # type: ignore[misc]

    def __init__(self, config: Config, width_in: int) -> None:
        super().__init__()
        if not len(config.channels) == len(config.kernels) == len(config.strides) or not config.channels:
            raise UsageError("channels, kernels and strides tell of different convolutions", where="--set")
        face.divides(config.width, config.heads, "heads", "width")
        self.normalize, self.early = config.normalize, config.early
        before = (width_in, *config.channels)
        kinds = ["group" if k == 0 else "" for k in range(len(config.channels))] if config.norm == "group" else None
        self.convs = nn.ModuleList(
            _Conv(before[k], config.channels[k], config.kernels[k], config.strides[k], config.bias, kinds[k] if kinds else "layer")
            for k in range(len(config.channels))
        )
        self.project = nn.Linear(config.channels[-1], config.width)
        self.before = nn.LayerNorm(config.channels[-1], config.epsilon) if config.project_norm else nn.Identity()
        self.reach = config.reach
        self.places = nn.Conv1d(config.width, config.width, config.reach, padding=config.reach // 2, groups=config.groups)
        self.norm = nn.LayerNorm(config.width, config.epsilon)
        self.layers = nn.ModuleList(_Layer(config) for _ in range(config.layers))
        self.dropout = nn.Dropout(config.dropout)
        self.width, self.stride = config.width, math.prod(config.strides)
        self.heard = _heard(config.kernels, config.strides)

    def forward(self, x: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        if self.normalize:
            x = _levelled(x, lengths, 1e-7)
        frames = halved(lengths, self.stride)
        real = _frames(lengths, self.heard, self.stride)
        # As much as the last frame may lack: of T samples come T over the stride frames, rounded up.
        x, left = nn.functional.pad(x.transpose(1, 2), (0, self.heard - 1)), lengths
        for conv in self.convs:
            x, left = conv(x, left)
        x = self.dropout(self.project(self.before(x.transpose(1, 2))))
        x = masked(x, real)
        told = self.places(x.transpose(1, 2))
        told = told[:, :, : x.shape[1]] if self.reach % 2 == 0 else told
        x = x + nn.functional.gelu(told).transpose(1, 2)
        x = self.dropout(x if self.early else self.norm(x))
        for layer in self.layers:
            x = layer(x, real)
        x = self.norm(x) if self.early else x
        # Frames that hear less than a whole window say what the last whole one says.
        return masked(held_on(x, real), frames), frames


@final
class _Conv(nn.Module):
    """A convolution over the waveform without padding, its norm, GELU: [B, D, T] -> [B, D', T'] and real frames."""

    def __init__(self, width_in: int, width: int, kernel: int, stride: int, bias: bool, norm: str) -> None:
        super().__init__()
        self.kernel, self.stride, self.kind = kernel, stride, norm
        self.conv = nn.Conv1d(width_in, width, kernel, stride, bias=bias)
        self.norm = nn.LayerNorm(width) if norm == "layer" else _OverTime(width) if norm else nn.Identity()

    def forward(self, x: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        x, lengths = self.conv(x), _frames(lengths, self.kernel, self.stride)
        if self.kind == "layer":
            x = self.norm(x.transpose(1, 2)).transpose(1, 2)
        elif self.kind:
            x = self.norm(x, lengths)
        return nn.functional.gelu(x), lengths


@final
class _OverTime(nn.Module):
    """Each channel less its mean over its spread, over the real frames of its row: [B, D, F]."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.ones(width)), nn.Parameter(torch.zeros(width))

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        x = _levelled(x.transpose(1, 2), lengths, 1e-5).to(x.dtype)
        return (x * self.weight + self.bias).transpose(1, 2)


@final
class _Layer(nn.Module):
    def __init__(self, config: Config) -> None:
        super().__init__()
        self.early = config.early
        self.first, self.second = (nn.LayerNorm(config.width, config.epsilon) for _ in range(2))
        self.attention = Attention(config.width, config.heads)
        self.wide = nn.Sequential(
            nn.Linear(config.width, config.inner), nn.GELU(), nn.Dropout(config.dropout), nn.Linear(config.inner, config.width)
        )
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        if self.early:
            x = x + self.dropout(self.attention(self.first(x), lengths))
            return x + self.dropout(self.wide(self.second(x)))
        x = self.first(x + self.dropout(self.attention(x, lengths)))
        out: Tensor = self.second(x + self.dropout(self.wide(x)))
        return out


def _levelled(x: Tensor, lengths: Tensor, epsilon: float) -> Tensor:
    """x [B, F, D] with mean 0 and variance 1 over the real frames of each row, zeros behind them."""
    with torch.autocast(x.device.type, enabled=False):  # squares need all digits
        x = x.float()
        x = masked(x - mean_of(x, lengths)[:, None], lengths)
        return x * torch.rsqrt(mean_of(x * x, lengths)[:, None] + epsilon)


def _frames(lengths: Tensor, window: int, stride: int) -> Tensor:
    """Frames whose whole window is real; at least one."""
    return (torch.div(lengths - window, stride, rounding_mode="floor") + 1).clamp(min=1)


def _heard(kernels: Sequence[int], strides: Sequence[int]) -> int:
    """Samples that one frame hears."""
    heard, step = 1, 1
    for kernel, stride in zip(kernels, strides, strict=True):
        heard, step = heard + (kernel - 1) * step, step * stride
    return heard
