"""Layers that keep padding out of what they compute: masked batch norm, and convolutions over frames and bands.

Layouts: over time [B, D, F]; over time and bands [B, D, F, M]. `lengths` [B] counts real frames.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import final

import torch
from torch import Tensor, nn

from aural.nets.masks import halved, mask_of


def wiped(x: Tensor, lengths: Tensor) -> Tensor:
    """x [B, D, F] or [B, D, F, M] with zeros behind each row's length."""
    mask = mask_of(lengths, x.shape[2])[:, None, :]
    return x * (mask if x.dim() == 3 else mask[..., None]).to(x.dtype)


@final
class MaskedNorm(nn.Module):
    """Batch norm whose statistics see real frames only (Ioffe and Szegedy 2015).

    In training the mean and variance are those of the batch's real frames; else the running ones. The
    output is wiped behind each row's length. Layout [B, D, F] or [B, D, F, M].
    """

    def __init__(self, width: int, momentum: float = 0.1, epsilon: float = 1e-5) -> None:
        super().__init__()
        self.momentum, self.epsilon = momentum, epsilon
        self.weight, self.bias = nn.Parameter(torch.ones(width)), nn.Parameter(torch.zeros(width))
        self.mean: Tensor
        self.variance: Tensor
        self.register_buffer("mean", torch.zeros(width))
        self.register_buffer("variance", torch.ones(width))

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        if self.training and bool((lengths == x.shape[2]).all()):
            # Nothing is padded: the package's own fused layer, five times as quick.
            return nn.functional.batch_norm(x, self.mean, self.variance, self.weight, self.bias, True, self.momentum, self.epsilon)
        mean, variance = self._measured(x, lengths) if self.training else (self.mean, self.variance)
        scale = self.weight * torch.rsqrt(variance + self.epsilon)
        shape = (1, -1) + (1,) * (x.dim() - 2)
        return wiped(torch.addcmul((self.bias - mean * scale).reshape(shape), x, scale.reshape(shape)), lengths)

    def _measured(self, x: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        with torch.autocast(x.device.type, enabled=False):  # sums of squares need all digits
            x = x.float()
            bands = 1 if x.dim() == 3 else x.shape[3]
            mask = mask_of(lengths, x.shape[2]).to(x.dtype)
            count = (lengths.sum() * bands).clamp(min=1).to(x.dtype)
            # Bands are summed first, so that the mask is laid over small arrays.
            total, squares = (x, x * x) if x.dim() == 3 else (x.sum(3), (x * x).sum(3))
            mean = torch.einsum("bdf,bf->d", total, mask) / count
            variance = (torch.einsum("bdf,bf->d", squares, mask) / count - mean * mean).clamp(min=0)
            with torch.no_grad():
                self.mean.lerp_(mean, self.momentum)
                self.variance.lerp_(variance * count / (count - 1).clamp(min=1), self.momentum)
        return mean, variance


@final
class ConvFrames(nn.Module):
    """Convolution over time, norm, rectifier: [B, D, F] -> [B, D', F'] and the lengths behind the stride.

    `causal` looks at no later frame; else the kernel is centered. The number of frames is the input's over
    the stride, rounded up.
    """

    def __init__(self, width_in: int, width: int, kernel: int = 3, stride: int = 1, *, dilation: int = 1, groups: int = 1,
                 causal: bool = False, active: bool = True) -> None:  # fmt: skip
        super().__init__()
        reach = dilation * (kernel - 1)
        self.before, self.after = (reach, 0) if causal else (reach // 2, reach - reach // 2)
        self.stride, self.active = stride, active
        self.conv = nn.Conv1d(width_in, width, kernel, stride, dilation=dilation, groups=groups, bias=False)
        self.norm = MaskedNorm(width)

    def forward(self, x: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        x = self.conv(nn.functional.pad(x, (self.before, self.after)))
        lengths = halved(lengths, self.stride)
        x = self.norm(x, lengths)
        return (x.relu() if self.active else x), lengths

    def begin(self, batch: int) -> list[Tensor]:
        """The frames that a causal layer still remembers before the first one: [B, D, kernel - 1] zeros, or nothing."""
        return [torch.zeros(batch, self.conv.in_channels, self.before)] if self.before else []

    def step(self, x: Tensor, state: Iterator[Tensor], after: list[Tensor]) -> Tensor:
        """The next frames, all of them real: what it remembers is taken from `state`, what it will appended to `after`."""
        x = self.conv(remembered(x, self.before, state, after))
        x = self.norm(x, whole(x))
        return x.relu() if self.active else x


@final
class Halving(nn.Module):
    """Two frames into one by a convolution over three: [B, D, F] -> [B, D', F / 2]; frame f hears 2 f - 1 to 2 f + 1."""

    def __init__(self, width_in: int, width: int) -> None:
        super().__init__()
        self.conv, self.norm = nn.Conv1d(width_in, width, 3, 2, bias=False), MaskedNorm(width)

    def forward(self, x: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        lengths = halved(lengths, 2)
        return self.norm(self.conv(nn.functional.pad(x, (1, 1))), lengths).relu(), lengths

    def begin(self, batch: int) -> list[Tensor]:
        """The frame before the first one."""
        return [torch.zeros(batch, self.conv.in_channels, 1)]

    def step(self, x: Tensor, state: Iterator[Tensor], after: list[Tensor]) -> Tensor:
        """An even number of frames, or what is left of a stream, all of them real; as in `ConvFrames.step`."""
        x = self.conv(nn.functional.pad(remembered(x, 1, state, after), (0, 1)))
        return self.norm(x, whole(x)).relu()


@final
class ConvBands(nn.Module):
    """Convolution over time and bands, norm, rectifier: [B, D, F, M] -> [B, D', F', M'] and the new lengths."""

    def __init__(self, width_in: int, width: int, kernel: tuple[int, int] = (3, 3), stride: tuple[int, int] = (1, 1), *,
                 dilation: int = 1, groups: int = 1, causal: bool = False, active: bool = True) -> None:  # fmt: skip
        super().__init__()
        reach = dilation * (kernel[0] - 1)
        before, after = (reach, 0) if causal else (reach // 2, reach - reach // 2)
        side = (kernel[1] - 1) // 2
        self.padding, self.stride, self.active = (side, kernel[1] - 1 - side, before, after), stride, active
        self.conv = nn.Conv2d(width_in, width, kernel, stride, dilation=(dilation, 1), groups=groups, bias=False)
        self.norm = MaskedNorm(width)

    def forward(self, x: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        x = self.conv(nn.functional.pad(x, self.padding))
        lengths = halved(lengths, self.stride[0])
        x = self.norm(x, lengths)
        return (x.relu() if self.active else x), lengths

    def begin(self, batch: int, bands: int) -> list[Tensor]:
        """The frames that a causal layer still remembers before the first one: [B, D, kernel - 1, bands] zeros, or nothing."""
        return [torch.zeros(batch, self.conv.in_channels, self.padding[2], bands)] if self.padding[2] else []

    def step(self, x: Tensor, state: Iterator[Tensor], after: list[Tensor]) -> Tensor:
        """The next frames, all of them real: what it remembers is taken from `state`, what it will appended to `after`."""
        x = remembered(x, self.padding[2], state, after)
        x = self.conv(nn.functional.pad(x, (*self.padding[:2], 0, 0)))
        x = self.norm(x, whole(x))
        return x.relu() if self.active else x


def half_step(width: int, dropout: float) -> nn.Sequential:
    """The wide layer of a Conformer, which comes in two halves around its other parts."""
    return nn.Sequential(
        nn.LayerNorm(width),
        nn.Linear(width, 4 * width),
        nn.SiLU(),
        nn.Dropout(dropout),
        nn.Linear(4 * width, width),
        nn.Dropout(dropout),
    )


def remembered(x: Tensor, count: int, state: Iterator[Tensor], after: list[Tensor]) -> Tensor:
    """x [B, D, F, ...] behind the `count` frames before it, the last `count` of which are kept for the next step."""
    if not count:
        return x
    x = torch.cat([next(state), x], dim=2)
    after.append(x[:, :, x.shape[2] - count :])
    return x


def whole(x: Tensor) -> Tensor:
    """Lengths [B] of x [B, D, F, ...] where every frame is real."""
    return torch.full((x.shape[0],), x.shape[2], device=x.device)
