"""Judges of sound: nets that tell recordings from what a generator made, by periods and by scales (HiFi-GAN)."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import final

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrizations

_SLOPE = 0.1
Verdicts = list[tuple[Tensor, list[Tensor]]]  # of each judge the scores [B, N], and what it saw on the way


@final
class ByPeriod(nn.Module):
    """samples [B, T] laid out in rows of `period` samples and heard down the columns: scores [B, N] and inner features."""

    def __init__(self, period: int, width: int) -> None:
        super().__init__()
        self.period = period
        widths = (1, width, 2 * width, 4 * width, 4 * width)
        self.layers = nn.ModuleList(
            _normed(nn.Conv2d(a, b, (5, 1), (3, 1) if k < 3 else 1, padding=(2, 0)))
            for k, (a, b) in enumerate(itertools.pairwise(widths))
        )
        self.last = _normed(nn.Conv2d(widths[-1], 1, (3, 1), padding=(1, 0)))

    def forward(self, samples: Tensor) -> tuple[Tensor, list[Tensor]]:
        extra = -samples.shape[1] % self.period
        x = nn.functional.pad(samples[:, None], (0, extra), mode="reflect")
        return _heard(x.reshape(x.shape[0], 1, -1, self.period), self.layers, self.last)


@final
class ByScale(nn.Module):
    """samples [B, T], averaged over `pool` neighbors, through grouped convolutions of long reach: scores and features."""

    def __init__(self, pool: int, width: int) -> None:
        super().__init__()
        self.pool = nn.AvgPool1d(2 * pool, pool, pool) if pool > 1 else nn.Identity()
        widths = (1, width, 2 * width, 4 * width, 4 * width)
        self.layers = nn.ModuleList([_normed(nn.Conv1d(1, width, 15, padding=7))])
        for a, b in itertools.pairwise(widths[1:]):
            self.layers.append(_normed(nn.Conv1d(a, b, 41, 4, padding=20, groups=4)))
        self.last = _normed(nn.Conv1d(widths[-1], 1, 3, padding=1))

    def forward(self, samples: Tensor) -> tuple[Tensor, list[Tensor]]:
        return _heard(self.pool(samples[:, None]), self.layers, self.last)


@final
class Judges(nn.Module):
    """All judges of one training; each hears the same samples [B, T].

    Source: J. Kong et al., HiFi-GAN, arXiv:2010.05646, with a width of one's own.
    """

    def __init__(self, width: int, periods: Sequence[int] = (2, 3, 5, 7, 11), scales: Sequence[int] = (1, 2, 4)) -> None:
        super().__init__()
        self.each = nn.ModuleList([*(ByPeriod(p, width) for p in periods), *(ByScale(s, width) for s in scales)])

    def forward(self, samples: Tensor) -> Verdicts:
        return [judge(samples) for judge in self.each]


def judges_loss(true: Verdicts, made: Verdicts) -> Tensor:
    """What the judges learn by: 1 for recordings, 0 for what was made (least squares, Mao et al. 2017, arXiv:1611.04076)."""
    return torch.stack([(1 - a).square().mean() + b.square().mean() for (a, _), (b, _) in zip(true, made, strict=True)]).mean()


def maker_loss(made: Verdicts) -> Tensor:
    """What the generator learns by: that the judges say 1."""
    return torch.stack([(1 - score).square().mean() for score, _ in made]).mean()


def matching_loss(true: Verdicts, made: Verdicts) -> Tensor:
    """The mean difference of what the judges saw on their way (Larsen et al. 2016, arXiv:1512.09300)."""
    gone = [(a.detach() - b).abs().mean() for (_, x), (_, y) in zip(true, made, strict=True) for a, b in zip(x, y, strict=True)]
    return torch.stack(gone).mean()


def _heard(x: Tensor, layers: nn.ModuleList, last: nn.Module) -> tuple[Tensor, list[Tensor]]:
    seen = []
    for layer in layers:
        x = nn.functional.leaky_relu(layer(x), _SLOPE)
        seen.append(x)
    return last(x).flatten(1), seen


def _normed(layer: nn.Module) -> nn.Module:
    return parametrizations.weight_norm(layer)
