"""The largest of each so many frames or bands, over padded batches, in a form that every exporter keeps free in length.

What is filled up is 0, which a rectified frame never lies below: a clip alone and in a batch have the same maxima.
"""

from __future__ import annotations

from torch import Tensor, nn

from aural.nets.masks import halved


def largest_frames(x: Tensor, lengths: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """x [B, D, F] or [B, D, F, M], nothing below zero and zeros behind the lengths -> [B, D, F / count rounded up, ...]."""
    frames = (x.shape[2] + count - 1) // count
    more = frames * count - x.shape[2]
    x = nn.functional.pad(x, (0, more) if x.dim() == 3 else (0, 0, 0, more))
    return x.reshape((x.shape[0], x.shape[1], frames, count) + tuple(x.shape[3:])).amax(3), halved(lengths, count)


def largest_bands(x: Tensor, count: int) -> Tensor:
    """x [B, D, F, M], nothing below zero -> [B, D, F, M / count rounded up]."""
    x = nn.functional.pad(x, (0, (-x.shape[3]) % count))
    return x.reshape((*x.shape[:3], x.shape[3] // count, count)).amax(4)
