"""A sequence of labels without times: one distribution a frame with a blank as class 0, read by CTC.

With `prior` the log-probabilities of how often each class was said lately are taken off: the blank no longer wins wherever it
may, and labels last longer. Where there is much silence they reach into it, too: on digit strings with gaps of 0 to 600 ms a weight
of 0.2 put in a third more words for a voice that was not learned from. 0, which takes nothing off, is the rule.
Source: Huang et al. 2024, Less Peaky and More Accurate CTC Forced Alignment by Label Priors (arXiv:2406.02560).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import final

import torch
from torch import Tensor, nn

from aural.nets import face
from aural.nets.heads._blanks import begun_with_blanks
from aural.nets.masks import mask_of
from aural.settings import option

OVER = "sequence"
_LATELY = 0.01  # what a batch adds to the running mean of the prior


@dataclass(frozen=True)
class Config:
    dropout: float = option(0.1, "share of each frame's vector dropped in training", least=0, most=0.9)
    prior: float = option(
        0.0, "weight of the label prior that is taken off: units last longer, but more are put in", least=0, most=1
    )


def tiny() -> Config:
    """For tests."""
    return Config(dropout=0.0)


@final
class Head(face.Head):
    """[B, F, D] -> log-probabilities [B, F, K + 1] less the weighted prior; class 0 is the blank (Graves et al. 2006)."""

    def __init__(self, config: Config, width: int, outputs: int) -> None:
        super().__init__()
        self.dropout = nn.Dropout(config.dropout)
        self.linear = begun_with_blanks(nn.Linear(width, outputs + 1))
        self.weight = config.prior
        self.prior: Tensor
        self.register_buffer("prior", torch.full((outputs + 1,), -math.log(outputs + 1)))

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        log_probs = torch.log_softmax(self.linear(self.dropout(x)), dim=-1)
        if not self.weight:
            return log_probs
        if self.training:
            self._remember(log_probs.detach().float(), lengths)
        return log_probs - self.weight * self.prior

    @torch.no_grad()
    def _remember(self, log_probs: Tensor, lengths: Tensor) -> None:
        """Move the running mean of the chances toward those of this batch's real frames."""
        mean = log_probs[mask_of(lengths, log_probs.shape[1])].exp().mean(0)
        self.prior.copy_(((1 - _LATELY) * self.prior.exp() + _LATELY * mean).clamp(min=1e-6).log())
