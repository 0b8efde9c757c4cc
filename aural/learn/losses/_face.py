"""What every loss promises: one number a clip, over real frames alone."""

from __future__ import annotations

from abc import ABC, abstractmethod

from torch import Tensor, nn

from aural.nets.masks import mean_of


class Loss(nn.Module, ABC):
    """logits and targets of a padded batch to one loss a clip.

    A page holds `Config`, `Made(config, outputs)` and `ANSWERS`, what it is for: class, set, number; or vector, whose logits
    are vectors [B, D] and which is made with `Made(config, outputs, width)`, D = width. A method sets `share`, how much of the
    training is done, for losses that change on the way.
    """

    share: float = 1.0

    @abstractmethod
    def forward(self, logits: Tensor, targets: Tensor, frames: Tensor, target_lengths: Tensor) -> Tensor:
        """logits [B, K] or [B, F, K], targets of the same shape (or [B, L] tokens), real frames [B] and
        real targets [B] -> [B]."""


def over_frames(values: Tensor, frames: Tensor) -> Tensor:
    """[B] as it is, [B, F] as the mean over real frames."""
    return values if values.dim() == 1 else mean_of(values[..., None], frames)[:, 0]
