"""FastSpeech 2: symbols to durations, pitch and level, then all frames of the spectrogram at once (Ren et al. 2020).

Source: Y. Ren et al., "FastSpeech 2: fast and high-quality end-to-end text to speech", arXiv:2006.04558; pitch and level are told
for each symbol, as in A. Lancucki, "FastPitch", arXiv:2006.06873. Written from the papers, with blocks of `nets/wide.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import torch
from torch import Tensor, nn

from aural.nets.attention import places
from aural.nets.face import divides
from aural.nets.masks import masked
from aural.nets.phones import Guess, Plan, laid
from aural.nets.wide import Looking, Wide
from aural.settings import option


@dataclass(frozen=True)
class Config:
    """Sizes of the net."""

    width: int = option(192, "channels of a symbol and of a frame", least=4)
    inner: int = option(576, "channels inside a block", least=4)
    heads: int = option(2, "heads of the attention over symbols", least=1)
    symbols: int = option(4, "blocks over symbols", least=1)
    frames: int = option(5, "blocks over frames", least=1)
    dropout: float = option(0.1, "share of what is left out while it learns", least=0, most=0.9)


@final
class Acoustic(nn.Module):
    """symbols [B, L], lengths [B] -> a Plan; with durations [B, L], pitch and level -> log_mel [B, M, F]."""

    def __init__(self, config: Config, symbols: int, n_mels: int) -> None:
        super().__init__()
        divides(config.width, config.heads, "heads", "width")
        self.n_mels, width = n_mels, config.width
        self.names = nn.Embedding(symbols, width)
        self.heard = nn.ModuleList(
            Looking(width, config.inner, 1 / config.symbols, config.heads, config.dropout) for _ in range(config.symbols)
        )
        self.length, self.pitch, self.level = (Guess(width, config.dropout) for _ in range(3))
        self.voiced = nn.Conv1d(2, width, 3, padding=1)
        self.within = nn.Linear(3, width)
        self.frames = nn.ModuleList(Wide(width, config.inner, 1 / config.frames, 9, config.dropout) for _ in range(config.frames))
        self.last, self.mel = nn.LayerNorm(width), nn.Linear(width, n_mels)
        self.mean: Tensor
        self.scale: Tensor
        self.register_buffer("mean", torch.full((n_mels,), -5.0))
        self.register_buffer("scale", torch.full((n_mels,), 2.0))

    def plan(self, symbols: Tensor, lengths: Tensor) -> Plan:
        """What is to be said, and how long, how high and how loud by itself."""
        x = self.names(symbols) + places(symbols.shape[1], self.names.embedding_dim, self.names.weight)
        x = masked(x, lengths)
        for block in self.heard:
            x = block(x, lengths)
        return Plan(x, *(guess(x, lengths) for guess in (self.length, self.pitch, self.level)))

    def spectrum(self, hidden: Tensor, voice: Tensor, owners: Tensor, within: Tensor, lengths: Tensor) -> Tensor:
        """hidden [B, L, D], voice [B, 2, L] (pitch and level), owners [B, F] the symbol of each frame, within [B, F, 3] where in
        it, lengths [B] real frames -> log_mel [B, M, F]."""
        x = hidden + self.voiced(voice).transpose(1, 2)
        x = x.gather(1, owners[:, :, None].expand(-1, -1, x.shape[2])) + self.within(within)
        x = masked(x, lengths)
        for block in self.frames:
            x = block(x, lengths)
        return (self.mel(self.last(x)) * self.scale + self.mean).transpose(1, 2)

    def forward(self, symbols: Tensor, lengths: Tensor, durations: Tensor, pitch: Tensor, level: Tensor) -> tuple[Plan, Tensor]:
        """With the true durations, pitch and level: the plan it would have made, and the spectrogram [B, M, F]."""
        plan = self.plan(symbols, lengths)
        owners, within, frames = laid(durations)
        voice = masked(torch.stack([pitch, level], dim=2), lengths).transpose(1, 2)
        return plan, self.spectrum(plan.hidden, voice, owners, within, frames)


def tiny() -> Config:
    """For tests."""
    return Config(8, 16, 2, 1, 1, 0.0)
