"""What learns: it takes a batch and improves, answers clips, and hands over its state.

A method makes a trainee; `fit` owns time, order, checkpoints and logs; the trainee owns its parts (nets and losses with
an optimizer each), so that adversarial and contrastive methods need no other loop.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from torch import Tensor, nn

from aural.learn import checkpoint
from aural.learn.loading import Batch
from aural.learn.log import Shown
from aural.learn.weights import Weights


class Trainee(ABC):
    """One thing under training; `parts` are moved by an optimizer each (most have one), `net` is what comes out; `seen`
    is what of the last validation is worth seeing or hearing in the log, by name (most have nothing)."""

    net: nn.Module
    seen: Mapping[str, Shown] = MappingProxyType({})
    parts: Mapping[str, Weights]

    @abstractmethod
    def learn(self, batch: Batch, share: float) -> Mapping[str, float]:
        """One step on a batch; `share` of the whole training is done. Gives the losses to log; "loss" is the main one.

        Raises: LearningError when the loss is no longer a number.
        """

    @abstractmethod
    def answers(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """Answers [B, K] or [B, F, K] of a batch without learning, on the CPU, and the real frames [B]."""

    def level(self) -> None:
        """What several processes each keep of their own becomes the same in all of them."""
        for one in self.parts.values():
            one.level()

    def weights(self) -> dict[str, Tensor]:
        """The weights that are worth keeping now, on the CPU."""
        return checkpoint.merged({name: (one.kept(), {}) for name, one in self.parts.items()})[0]

    def settle(self, weights: Mapping[str, Tensor]) -> None:
        """Put kept weights back; nothing is learned afterwards."""
        for name, one in self.parts.items():
            one.settle(checkpoint.part(weights, name))

    def state(self) -> tuple[dict[str, Tensor], dict[str, Any]]:
        """Everything that resuming needs: named tensors, and plain values."""
        return checkpoint.merged({name: one.state() for name, one in self.parts.items()})

    def restore(self, tensors: Mapping[str, Tensor], plain: Mapping[str, Any]) -> None:
        """Take a state back. Raises: LearningError when it does not fit."""
        for name, one in self.parts.items():
            one.restore(checkpoint.part(tensors, name), plain[name])
