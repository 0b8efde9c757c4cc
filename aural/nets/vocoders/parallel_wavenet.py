"""Parallel WaveNet: noise becomes all samples at once through flows, taught by a WaveNet (van den Oord et al. 2017).

Source: A. van den Oord et al., "Parallel WaveNet: fast high-fidelity speech synthesis", arXiv:1711.10433; D. Kingma et al.,
"Improving variational inference with inverse autoregressive flow", arXiv:1606.04934. Written from the papers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import torch
from torch import Tensor, nn

from aural.nets.dilated import Stack, cycles
from aural.settings import option

_SPAN = 5.0  # ln of the scale of one flow stays within this


@dataclass(frozen=True)
class Config:
    """Sizes of the student."""

    flows: int = option(3, "flows, one after the other", least=1)
    width: int = option(24, "channels between the layers of a flow", least=1)
    layers: int = option(8, "layers of a flow", least=1)
    longest: int = option(128, "largest dilation", least=1)
    told: int = option(32, "channels that the mel spectrogram becomes", least=1)


@final
class Vocoder(nn.Module):
    """log_mel [B, M, F], noise [B, F * hop] drawn from a logistic -> samples [B, F * hop], their means and ln of scales.

    Sample t, given the noise before t, is logistic with that mean and scale.
    """

    def __init__(self, config: Config, n_mels: int, hop: int) -> None:
        super().__init__()
        self.hop = hop
        self.around = nn.Conv1d(n_mels, config.told, 5, padding=2)
        self.flows = nn.ModuleList(Flow(config) for _ in range(config.flows))
        with torch.no_grad():
            self.flows[0].last.bias[1] = -3.0  # a logistic of scale 1 is far louder than speech

    def forward(self, log_mel: Tensor, noise: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        condition = torch.tanh(self.around((log_mel + 5) / 3))
        x, mean, scale = noise, torch.zeros_like(noise), torch.zeros_like(noise)
        for flow in self.flows:
            move, stretch = flow(x, condition)
            x = x * stretch.exp() + move
            mean, scale = mean * stretch.exp() + move, scale + stretch
        return x, mean, scale

    @torch.no_grad()
    def noise_of(self, log_mel: Tensor, samples: Tensor) -> Tensor:
        """The noise that the samples were made of: the flows backwards, sample by sample. For tests and small things."""
        condition = torch.tanh(self.around((log_mel + 5) / 3))
        x = samples
        for flow in reversed(self.flows):
            before = torch.zeros_like(x)
            for t in range(x.shape[1]):
                move, stretch = flow(before, condition)
                before[:, t] = (x[:, t] - move[:, t]) * (-stretch[:, t]).exp()
            x = before
        return x


@final
class Flow(nn.Module):
    """x [B, T] -> how far each sample is moved and stretched (ln) [B, T], told by the samples before it."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.first = nn.Conv1d(1, config.width, 1)
        self.stack = Stack(config.width, config.width, cycles(config.layers, config.longest), config.told)
        self.last = nn.Conv1d(config.width, 2, 1)
        with torch.no_grad():
            self.last.weight.mul_(0.1)
            self.last.bias.zero_()

    def forward(self, x: Tensor, condition: Tensor) -> tuple[Tensor, Tensor]:
        heard = nn.functional.pad(x, (1, 0))[:, :-1]
        told = self.last(self.stack(self.first(heard[:, None]), condition).relu())
        return told[:, 0], _SPAN * torch.tanh(told[:, 1] / _SPAN)


def tiny() -> Config:
    """For tests."""
    return Config(2, 6, 3, 4, 4)
