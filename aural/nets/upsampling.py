"""From frames to samples by convolutions: HiFi-GAN's generator, used by vocoders and by nets that speak end to end."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import final

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrizations, parametrize

from aural.errors import UsageError

_SLOPE = 0.1  # of the leaky rectifier


@final
class Upsampler(nn.Module):
    """x [B, D, F] -> samples [B, F * hop] in -1..1, hop = the product of `rates`.

    Each stage brings `rate` samples for one and halves the width; blocks of dilated convolutions with the given kernels then
    hear neighborhoods of several sizes, and their mean goes on. Source: J. Kong et al., HiFi-GAN, arXiv:2010.05646.
    """

    def __init__(self, width_in: int, width: int, rates: Sequence[int], kernels: Sequence[int], dilations: Sequence[int]) -> None:
        super().__init__()
        if width < 2 ** len(rates):
            raise UsageError(f"width {width} cannot be halved {len(rates)} times", where="--set", fix=f"Take {2 ** len(rates)}")
        self.hop = math.prod(rates)
        self.before = _normed(nn.Conv1d(width_in, width, 7, padding=3))
        self.stages, self.blocks = nn.ModuleList(), nn.ModuleList()
        for rate in rates:
            kernel = 2 * rate
            side = rate // 2 + rate % 2
            stage = nn.ConvTranspose1d(width, width // 2, kernel, rate, side, output_padding=rate % 2)
            self.stages.append(_normed(stage))
            width //= 2
            self.blocks.append(nn.ModuleList(Block(width, kernel, dilations) for kernel in kernels))
        self.after = _normed(nn.Conv1d(width, 1, 7, padding=3))

    def forward(self, x: Tensor) -> Tensor:
        x = self.before(x)
        for stage, blocks in zip(self.stages, self.blocks, strict=True):
            x = stage(nn.functional.leaky_relu(x, _SLOPE))
            x = torch.stack([block(x) for block in blocks]).mean(0)
        return torch.tanh(self.after(nn.functional.leaky_relu(x, _SLOPE)))[:, 0]


@final
class Block(nn.Module):
    """x [B, D, F] plus what dilated convolutions hear around each frame, one dilation after the other."""

    def __init__(self, width: int, kernel: int, dilations: Sequence[int]) -> None:
        super().__init__()
        self.layers = nn.ModuleList(
            _normed(nn.Conv1d(width, width, kernel, dilation=d, padding=d * (kernel - 1) // 2)) for d in dilations
        )

    def forward(self, x: Tensor) -> Tensor:
        for layer in self.layers:
            x = x + layer(nn.functional.leaky_relu(x, _SLOPE))
        return x


def _normed(layer: nn.Module) -> nn.Module:
    """The layer with its weights as length times direction, begun small (Salimans and Kingma 2016, arXiv:1602.07868)."""
    nn.init.normal_(layer.weight, 0.0, 0.02 if layer.kernel_size[0] > 1 else 0.1)
    return parametrizations.weight_norm(layer)


def settled(module: nn.Module) -> nn.Module:
    """The module with every parametrized weight written down as a plain one: as it is exported."""
    for one in module.modules():
        if parametrize.is_parametrized(one):
            parametrize.remove_parametrizations(one, "weight")
    return module
