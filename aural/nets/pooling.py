"""From frames to one vector a clip: mean, maximum, mean and spread, or attention over the real frames."""

from __future__ import annotations

from typing import final

import torch
from torch import Tensor, nn

from aural.nets.masks import largest_of, mask_of, mean_of, spread_of

HOWS = ("mean", "mean_max", "statistics", "attention")


@final
class Pooling(nn.Module):
    """[B, F, D] -> [B, `width`].

    mean; mean_max: both side by side; statistics: mean and standard deviation (x-vector); attention:
    mean and deviation weighted by a learned score of each frame (attentive statistics, Okabe et al. 2018).
    """

    def __init__(self, how: str, width_in: int) -> None:
        super().__init__()
        self.how = how
        self.width = width_in if how == "mean" else 2 * width_in
        self.score = nn.Sequential(nn.Linear(width_in, 64), nn.Tanh(), nn.Linear(64, 1)) if how == "attention" else None

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        mean = mean_of(x, lengths)
        if self.how == "mean":
            return mean
        if self.how == "mean_max":
            return torch.cat([mean, largest_of(x, lengths)], dim=1)
        if self.score is None:
            return torch.cat([mean, spread_of(x, lengths)], dim=1)
        logits = torch.where(mask_of(lengths, x.shape[1])[..., None], self.score(x), -1e4)
        weights = torch.softmax(logits, dim=1)
        mean = (weights * x).sum(1)
        return torch.cat([mean, ((weights * (x - mean[:, None]) ** 2).sum(1) + 1e-5).sqrt()], dim=1)
