"""Outputs without an order, such as the voices of a talk: each clip is compared with its truth in the order that fits best.

Source: Yu et al. 2017 (arXiv:1607.00325), as for speakers in Fujita et al. 2019 (arXiv:1909.05952): binary cross-entropy
under the best assignment, here found by the Hungarian method instead of by trying all orders.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import torch
from torch import Tensor, nn

from aural.learn.losses._face import Loss, over_frames
from aural.metrics._assignment import assign
from aural.settings import option

ANSWERS = ("set",)


@dataclass(frozen=True)
class Config:
    positive: float = option(1.0, "how many times an output that is there counts against one that is not", least=0.01, most=1000)


@final
class Made(Loss):
    """logits and targets [B, K] or [B, F, K] in [0, 1] -> [B], the mean over outputs (and real frames)."""

    def __init__(self, config: Config, outputs: int) -> None:
        super().__init__()
        self.positive = config.positive

    def forward(self, logits: Tensor, targets: Tensor, frames: Tensor, target_lengths: Tensor) -> Tensor:
        logits = logits.float()
        told, truth = logits[..., :, None].expand(*logits.shape, logits.shape[-1]), targets[..., None, :]
        weight = 1 + (self.positive - 1) * truth
        each = nn.functional.binary_cross_entropy_with_logits(told, truth.expand_as(told), weight.expand_as(told), reduction="none")
        costs = self._over(each, frames)
        pairs = [assign(row) for row in costs.detach().cpu().numpy()]
        rows = torch.tensor([[r for r, _ in p] for p in pairs], device=costs.device)
        columns = torch.tensor([[c for _, c in p] for p in pairs], device=costs.device)
        clip = torch.arange(len(costs), device=costs.device)[:, None]
        return costs[clip, rows, columns].mean(1)

    def _over(self, each: Tensor, frames: Tensor) -> Tensor:
        """[B, K, K] as it is, [B, F, K, K] as the mean over real frames."""
        if each.dim() == 3:
            return each
        flat = each.flatten(2)
        return torch.stack([over_frames(flat[..., k], frames) for k in range(flat.shape[2])], dim=1).reshape(-1, *each.shape[2:])
