"""From frames to samples by an inverse Fourier transform, for vocoders and nets that speak end to end: layers run once a frame.

Source: H. Siuzdak, "Vocos: closing the gap between time-domain and Fourier-based neural vocoders", arXiv:2306.00814; before it
T. Kaneko et al., iSTFTNet, arXiv:2203.02395, and as the decoder of VITS M. Kawamura et al., MB-iSTFT-VITS, arXiv:2210.15975.
"""

from __future__ import annotations

from typing import final

import numpy as np
import torch
from torch import Tensor, nn

from aural.nets.wide import Wide

_LOUDEST = 2.0  # ln of the largest amplitude of a bin, over that of a full-scale sine


@final
class Waves(nn.Module):
    """x [B, D, F] -> samples [B, F * hop]: blocks over frames tell amplitude and phase of every bin."""

    def __init__(self, width_in: int, width: int, inner: int, layers: int, hop: int) -> None:
        super().__init__()
        self.hop = hop
        self.before = nn.Conv1d(width_in, width, 7, padding=3)
        self.first = nn.LayerNorm(width)
        self.blocks = nn.ModuleList(Wide(width, inner, 1 / layers) for _ in range(layers))
        self.last = nn.LayerNorm(width)
        self.bins = nn.Linear(width, 2 * (2 * hop + 1))
        self.inverse = Inverse(4 * hop, hop)

    def forward(self, x: Tensor) -> Tensor:
        x = self.first(self.before(x).transpose(1, 2))
        for block in self.blocks:
            x = block(x)
        if not self.training:
            return self._sound(x)
        # Phases must not be told in the short numbers of mixed precision.
        with torch.autocast(x.device.type, enabled=False):
            return self._sound(x.float())

    def _sound(self, x: Tensor) -> Tensor:
        """x [B, F, D] -> samples [B, F * hop]."""
        heights, phases = self.bins(self.last(x)).transpose(1, 2).chunk(2, dim=1)
        heights = heights.clamp(max=_LOUDEST + np.log(self.hop)).exp()
        return self.inverse(heights * phases.cos(), heights * phases.sin())


@final
class Inverse(nn.Module):
    """Real and imaginary parts [B, D, F] -> samples [B, F * hop]: windowed sinusoids laid over one another.

    Frame f is centered on the middle of the samples f * hop .. (f + 1) * hop, as in `voice_mel`. While it learns a fast transform
    does the same for a quarter of the time; what is exported is a convolution, which every runtime has.
    """

    def __init__(self, n_fft: int, hop: int) -> None:
        super().__init__()
        self.hop, self.side = hop, (n_fft - hop) // 2
        window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(n_fft) / n_fft)
        angle = 2 * np.pi * np.arange(n_fft // 2 + 1)[:, None] * np.arange(n_fft)[None, :] / n_fft
        weight = np.full((n_fft // 2 + 1, 1), 2.0)
        weight[[0, -1]] = 1.0
        # Windows a quarter apart add up to 3/2 when squared.
        scale = weight * window / (n_fft * np.square(window).sum() / hop)
        waves = np.concatenate([np.cos(angle) * scale, -np.sin(angle) * scale]).astype(np.float32)
        self.waves: Tensor
        self.register_buffer("waves", torch.from_numpy(waves)[:, None, :], persistent=False)
        self.window: Tensor
        self.register_buffer(
            "window", torch.from_numpy((window * hop / np.square(window).sum()).astype(np.float32)), persistent=False
        )

    def forward(self, real: Tensor, imaginary: Tensor) -> Tensor:
        if self.training:
            return self._fast(real, imaginary)
        both = torch.cat([real, imaginary], dim=1)
        sound = nn.functional.conv_transpose1d(both, self.waves, stride=self.hop)[:, 0]
        return sound[:, self.side : self.side + real.shape[2] * self.hop]

    def _fast(self, real: Tensor, imaginary: Tensor) -> Tensor:
        size, frames = len(self.window), real.shape[2]
        parts = torch.fft.irfft(torch.complex(real, imaginary), size, dim=1) * self.window[:, None]
        shape = {"output_size": (1, (frames - 1) * self.hop + size), "kernel_size": (1, size), "stride": (1, self.hop)}
        sound = nn.functional.fold(parts, **shape)[:, 0, 0]
        return sound[:, self.side : self.side + frames * self.hop]
