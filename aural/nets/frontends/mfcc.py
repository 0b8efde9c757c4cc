"""Mel-frequency cepstral coefficients: the cosine transform of log-mel energies, with their slopes if asked for.

Source: Davis and Mermelstein 1980 (doi:10.1109/TASSP.1980.1163420); slopes by regression as in the HTK book
(Young et al. 2006, section 5.9), edges repeated.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np
import torch
from torch import Tensor

from aural.nets import face
from aural.nets.masks import masked
from aural.nets.mel import FLOOR, MelPower
from aural.settings import option

_REACH = 2  # frames to each side that a slope is fitted over


@dataclass(frozen=True)
class Config:
    n_mfcc: int = option(
        20, "coefficients of a frame, the first one being its level; 13 for speech, 20 for sounds", least=1, most=128
    )
    n_mels: int = option(40, "mel bands below them; at least as many", least=4, most=256)
    deltas: int = option(0, "how many times slopes over time are appended; 2 = slopes and their slopes", least=0, most=2)
    window: float = option(0.025, "length of a frame", unit="s", least=0.002, most=0.5)
    hop: float = option(0.010, "from one frame to the next", unit="s", least=0.001, most=0.5)
    f_min: float = option(20.0, "lower edge of the lowest band", unit="Hz", least=0)
    f_max: float | None = option(None, "upper edge of the highest band; not set = half the sample rate", unit="Hz", least=1)


def tiny() -> Config:
    """Few bands, with slopes, for tests."""
    return Config(n_mfcc=8, n_mels=16, deltas=1)


@final
class Frontend(face.Frontend):
    """samples [B, T] -> [B, F, n_mfcc * (1 + deltas)]. With slopes, a frame looks two frames ahead for each."""

    def __init__(self, config: Config, sample_rate: int) -> None:
        super().__init__()
        self.mel = MelPower(sample_rate, config.n_mels, config.window, config.hop, config.f_min, config.f_max)
        kept = min(config.n_mfcc, config.n_mels)
        self.width, self.hop, self.deltas = kept * (1 + config.deltas), self.mel.hop, config.deltas
        self.cosines: Tensor
        self.register_buffer("cosines", torch.from_numpy(cosines(config.n_mels, kept)), persistent=False)

    def forward(self, samples: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        power, frames = self.mel(samples, lengths)
        parts = [torch.log(power + FLOOR) @ self.cosines]
        for _ in range(self.deltas):
            parts.append(slopes(parts[-1], frames))
        return masked(torch.cat(parts, dim=2), frames), frames


def cosines(bands: int, kept: int) -> np.ndarray:
    """The orthonormal DCT-II as a matrix [bands, kept]."""
    angle = np.pi / bands * (np.arange(bands)[:, None] + 0.5) * np.arange(kept)[None, :]
    scale = np.where(np.arange(kept) == 0, np.sqrt(1 / bands), np.sqrt(2 / bands))
    return (np.cos(angle) * scale).astype(np.float32)


def slopes(x: Tensor, lengths: Tensor) -> Tensor:
    """x [B, F, D] -> the slope over five frames [B, F, D]; each row's first and last real frame are repeated."""
    at = torch.arange(x.shape[1], device=x.device)[None, :]
    last = (lengths - 1)[:, None]
    total = torch.zeros_like(x)
    for step in range(1, _REACH + 1):
        later = torch.minimum(at + step, last).clamp(min=0)[..., None].expand(-1, -1, x.shape[2])
        earlier = torch.minimum((at - step).clamp(min=0), last)[..., None].expand(-1, -1, x.shape[2])
        total = total + step * (x.gather(1, later) - x.gather(1, earlier))
    return total / (2 * sum(step * step for step in range(1, _REACH + 1)))
