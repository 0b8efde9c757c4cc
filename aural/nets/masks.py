"""Which frames of a padded batch are real, and statistics over these alone.

Letters: B batch, F frames, D width. `lengths` [B] counts real frames; a mask is True where a frame is real.
Everything here keeps padding out, so that a clip's answer does not depend on its neighbors in a batch.
"""

from __future__ import annotations

import torch
from torch import Tensor


def mask_of(lengths: Tensor, frames: int) -> Tensor:
    """[B] -> [B, F], True for the first `lengths` frames of each row."""
    return torch.arange(frames, device=lengths.device)[None, :] < lengths[:, None]


def masked(x: Tensor, lengths: Tensor) -> Tensor:
    """x [B, F, ...] with zeros behind each row's length."""
    mask = mask_of(lengths, x.shape[1])
    return x * mask.reshape(mask.shape + (1,) * (x.dim() - 2)).to(x.dtype)


def held_on(x: Tensor, real: Tensor) -> Tensor:
    """x [B, F, D] with the last real frame of each row also behind it."""
    last = torch.minimum(torch.arange(x.shape[1], device=x.device)[None, :], real[:, None] - 1)
    return torch.gather(x, 1, last[..., None].expand(-1, -1, x.shape[2]))


def mean_of(x: Tensor, lengths: Tensor) -> Tensor:
    """x [B, F, D] -> [B, D], the mean over real frames."""
    return masked(x, lengths).sum(1) / lengths.clamp(min=1)[:, None].to(x.dtype)


def spread_of(x: Tensor, lengths: Tensor) -> Tensor:
    """x [B, F, D] -> [B, D], the standard deviation over real frames; its gradient stays finite for constant rows."""
    mean = mean_of(x, lengths)
    return (mean_of((x - mean[:, None]) ** 2, lengths) + 1e-5).sqrt()


def largest_of(x: Tensor, lengths: Tensor) -> Tensor:
    """x [B, F, D] -> [B, D], the maximum over real frames."""
    mask = mask_of(lengths, x.shape[1])[..., None]
    return torch.where(mask, x, torch.finfo(x.dtype).min).amax(1)


def halved(lengths: Tensor, stride: int) -> Tensor:
    """Real frames that are left behind a stride: the quotient rounded up."""
    return torch.div(lengths + (stride - 1), stride, rounding_mode="floor")
