"""Convolutions over a whole spectrogram that correct what was made of it step by step."""

from __future__ import annotations

from typing import final

from torch import Tensor, nn

from aural.nets.layers import ConvFrames, wiped


@final
class After(nn.Module):
    """What is to be added to frames x [B, M, F] with real frames [B], by convolutions that hear what comes later, too.

    The last one has no norm: it must be able to add nothing. A norm divides by the spread over all frames, and what learns under
    it does least harm by being loud at the ends of each clip, where there are few frames, and still everywhere else.
    """

    def __init__(self, n_mels: int, width: int) -> None:
        super().__init__()
        self.inner = nn.ModuleList([ConvFrames(n_mels, width, 5), ConvFrames(width, width, 5)])
        self.last = nn.Conv1d(width, n_mels, 5, padding=2)

    def forward(self, x: Tensor, frames: Tensor) -> Tensor:
        x = wiped(x, frames)
        for layer in self.inner:
            x = layer(x, frames)[0]
        return wiped(self.last(x), frames)
