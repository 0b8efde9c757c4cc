"""Per-channel energy normalization: each mel band by its own slowly following level, then a root; causal.

Source: Wang et al. 2017 (arXiv:1607.05666). The level is a first-order recursion; here it is a convolution with
its impulse response, cut where 1e-5 of its weight is left and scaled to sum to 1, so that a plain graph can run
it: the level is off by at most 2e-5 of the band's largest energy. Before the first frame a band is taken to have
been as loud as in the first frame.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar, final

import torch
from torch import Tensor, nn

from aural.nets import face
from aural.nets.masks import masked
from aural.nets.mel import FLOOR, MelPower
from aural.settings import option

_LEFT = 1e-5  # share of the recursion's weight that is cut off


@dataclass(frozen=True)
class Config:
    n_mels: int = option(64, "bands; 40 for keywords, 64 for sounds, 80 for speech", least=4, most=256)
    window: float = option(0.025, "length of a frame", unit="s", least=0.002, most=0.5)
    hop: float = option(0.010, "from one frame to the next", unit="s", least=0.001, most=0.5)
    f_min: float = option(20.0, "lower edge of the lowest band", unit="Hz", least=0)
    f_max: float | None = option(None, "upper edge of the highest band; not set = half the sample rate", unit="Hz", least=1)
    follow: float = option(0.4, "time in which the level follows a change", unit="s", least=0.02, most=5)
    gain: float = option(0.98, "how much of the level is taken out; 1 = all of it", least=0, most=1)
    bias: float = option(2.0, "what is added before the root; keeps quiet bands quiet", least=0.001, most=100)
    root: float = option(0.5, "exponent that presses loud parts", least=0.05, most=1)
    trainable: bool = option(False, "gain, bias and root are learned for each band")


def tiny() -> Config:
    """Few bands and trainable, for tests."""
    return Config(n_mels=16, follow=0.05, trainable=True)


@final
class Frontend(face.Frontend):
    """samples [B, T] -> [B, F, n_mels], F = T / hop rounded up. A frame looks at no later one."""

    learned: ClassVar[bool] = False

    def __init__(self, config: Config, sample_rate: int) -> None:
        super().__init__()
        self.mel = MelPower(sample_rate, config.n_mels, config.window, config.hop, config.f_min, config.f_max)
        self.width, self.hop = config.n_mels, self.mel.hop
        keep = math.exp(-config.hop / config.follow)
        taps = math.ceil(math.log(_LEFT) / math.log(keep))
        response = keep ** torch.arange(taps - 1, -1, -1, dtype=torch.float64)
        self.response: Tensor
        self.register_buffer("response", (response / response.sum()).float()[None, None, :], persistent=False)
        start = torch.tensor([[config.gain], [config.bias], [config.root]]).log().clamp(min=-10).repeat(1, config.n_mels)
        self.powers = nn.Parameter(start, requires_grad=config.trainable)

    def forward(self, samples: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        power, frames = self.mel(samples, lengths)
        gain, bias, root = self.powers.exp().unbind(0)
        level = self.level(power)
        x = (power * torch.exp(-gain * torch.log(level + FLOOR)) + bias) ** root - bias**root
        return masked(x, frames), frames

    def level(self, power: Tensor) -> Tensor:
        """power [B, F, M] -> the level that each band has followed it to [B, F, M]."""
        count, frames, bands = power.shape
        rows = power.transpose(1, 2).reshape(count * bands, 1, frames)
        before = rows[:, :, :1].expand(-1, -1, self.response.shape[2] - 1)
        level = nn.functional.conv1d(torch.cat([before, rows], dim=2), self.response)
        return level.reshape(count, bands, frames).transpose(1, 2)
