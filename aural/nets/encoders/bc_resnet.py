"""BC-ResNet: residual blocks that work over bands in two dimensions and over time in one, and broadcast the latter back.

Few weights for what it does: with one unit of width and 12 classes about 9,000. Causal by option, for detectors that listen.
Source: Kim et al. 2021, Broadcasted Residual Learning for Efficient Keyword Spotting (arXiv:2106.04140). Batch norm stands
where the paper has sub-spectral norm, with weights of its own for each of up to five groups of bands.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import final

from torch import Tensor, nn

from aural.nets import face
from aural.nets.layers import ConvBands, ConvFrames, MaskedNorm, whole, wiped
from aural.settings import option

TAKES: face.Kind = "frames"
FRONTEND = "log_mel"
_GROUPS = (5, 4, 3, 2, 1)  # the first that divides the bands
# channels, blocks, stride over bands, dilation over time of each stage
_STAGES = ((8, 2, 1, 1), (12, 2, 2, 2), (16, 4, 2, 4), (20, 4, 1, 8))


@dataclass(frozen=True)
class Config:
    scale: float = option(1.0, "all channels times this: 1, 1.5, 2, 3, 6, 8 in the paper", least=0.25, most=16)
    dropout: float = option(0.1, "share of channels dropped in each block in training", least=0, most=0.9)
    causal: bool = option(False, "look at no later frame: for a detector that listens all the time")


def tiny() -> Config:
    """Small enough for tests."""
    return Config(scale=0.5, dropout=0.0, causal=True)


@final
class Encoder(face.Streaming):
    """features [B, F, M] -> [B, F, 32 scale]; a frame for each frame."""

    def __init__(self, config: Config, width_in: int) -> None:
        super().__init__()
        first = max(2, round(16 * config.scale))
        self.first, self.bands = ConvBands(1, first, (5, 5), (1, 2), causal=config.causal), width_in
        self.blocks = nn.ModuleList()
        width, bands = first, -(-width_in // 2)
        for channels, count, stride, dilation in _STAGES:
            wider = max(2, round(channels * config.scale))
            for k in range(count):
                step = stride if k == 0 else 1
                bands = -(-bands // step)
                self.blocks.append(
                    _Block((width, wider), step, dilation, next(g for g in _GROUPS if bands % g == 0), config, k == 0)
                )
                width = wider
        self.last, self.left = ConvBands(width, width, (5, 5), groups=width, causal=config.causal), bands
        self.width, self.stride, self.causal = max(4, round(32 * config.scale)), 1, config.causal
        self.out = ConvFrames(width, self.width, 1)

    def forward(self, x: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        x, lengths = self.first(x[:, None], lengths)
        for block in self.blocks:
            x = block(x, lengths)
        x, lengths = self.last(x, lengths)
        x, lengths = self.out(x.mean(3), lengths)
        return x.transpose(1, 2), lengths

    def begin(self, batch: int) -> list[Tensor]:
        state = self.first.begin(batch, self.bands)
        for block in self.blocks:
            state += block.time.begin(batch)
        return state + self.last.begin(batch, self.left)

    def step(self, x: Tensor, state: Sequence[Tensor]) -> tuple[Tensor, list[Tensor]]:
        parts = iter(state)
        after: list[Tensor] = []
        x = self.first.step(x[:, None], parts, after)
        for block in self.blocks:
            x = block.step(x, parts, after)
        x = self.last.step(x, parts, after)
        return self.out.step(x.mean(3), parts, after).transpose(1, 2), after


@final
class _Block(nn.Module):
    """x + bands(x) + time(mean over bands of bands(x)), the last spread over all bands again."""

    def __init__(self, widths: tuple[int, int], stride: int, dilation: int, groups: int, config: Config, transition: bool) -> None:
        super().__init__()
        width_in, width = widths
        self.widen = ConvBands(width_in, width, (1, 1)) if transition else None
        self.bands = nn.Conv2d(width, width, (1, 3), (1, stride), groups=width, bias=False)
        self.groups, self.norm = groups, MaskedNorm(groups * width)
        self.time = ConvFrames(width, width, 3, dilation=dilation, groups=width, causal=config.causal)
        self.mix = nn.Conv1d(width, width, 1)
        self.dropout = nn.Dropout1d(config.dropout)

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        own, wide = self._over_bands(x, lengths)
        return wiped(self._joined(own, wide, self.time(wide.mean(3), lengths)[0]), lengths)

    def step(self, x: Tensor, state: Iterator[Tensor], after: list[Tensor]) -> Tensor:
        """The next frames, all of them real, as in `ConvFrames.step`."""
        own, wide = self._over_bands(x, whole(x))
        return self._joined(own, wide, self.time.step(wide.mean(3), state, after))

    def _over_bands(self, x: Tensor, lengths: Tensor) -> tuple[Tensor | None, Tensor]:
        """What is added unchanged, where shapes allow, and what the layers over bands make of x."""
        own = None if self.widen is not None else x
        if self.widen is not None:
            x, _ = self.widen(x, lengths)
        # One column of zeros on each side stands for the bands beyond the edges.
        return own, self._normed(self.bands(nn.functional.pad(x, (1, 1))), lengths)

    def _joined(self, own: Tensor | None, wide: Tensor, time: Tensor) -> Tensor:
        x = wide + self.dropout(self.mix(nn.functional.silu(time)))[..., None]
        return (x if own is None else x + own).relu()

    def _normed(self, x: Tensor, lengths: Tensor) -> Tensor:
        """[B, D, F, M] with each group of bands normed as channels of its own."""
        batch, width, frames, bands = x.shape
        x = x.reshape(batch, width, frames, self.groups, bands // self.groups).transpose(2, 3)
        x = self.norm(x.reshape(batch, width * self.groups, frames, bands // self.groups), lengths)
        return (
            x.reshape(batch, width, self.groups, frames, bands // self.groups).transpose(2, 3).reshape(batch, width, frames, bands)
        )
