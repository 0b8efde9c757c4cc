"""A net that moves toward the truth of each clip: what methods that learn from labels have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import final

import torch
from torch import Tensor

from aural.learn import augment
from aural.learn.loading import Batch
from aural.learn.losses._face import Loss
from aural.learn.options import Options
from aural.learn.trainee import Trainee
from aural.learn.weights import Weights
from aural.nets.cells import cell_of
from aural.nets.net import Net


@final
class Taught(Trainee):
    """A net and its loss. `net` is what is exported."""

    net: Net

    def __init__(self, net: Net, loss: Loss, options: Options, device: torch.device) -> None:
        self.net, self._loss, self._device = net, loss, device
        self._mixes = augment.Mixes.of(options.augment)
        self._weights = Weights(torch.nn.ModuleDict({"net": net, "loss": loss}), options, device, net.brought)
        self.parts = {"net": self._weights}

    def learn(self, batch: Batch, share: float) -> Mapping[str, float]:
        generator = self._weights.begin(share)
        batch = self._mixes.mixed(batch, generator).to(self._device)
        # In full precision: 16-bit floats drown quiet bands beside loud ones.
        features, frames = self._mixes.masked(*self.net.features(batch.samples, batch.lengths), generator)
        with self._weights.stepper.precision():
            logits, frames = self.net.encode(features, frames)
            targets = self._scaled(batch.targets)
            each = self._loss(logits, targets, frames, batch.target_lengths)
        loss = (each * batch.weights).sum() / batch.weights.sum().clamp(min=1e-6)
        self._weights.stepper.take(loss, share)
        return {"loss": float(loss.detach())}

    def _scaled(self, targets: Tensor) -> Tensor:
        """Numbers on the scale on which they are learned; anything else as it is."""
        return (targets - self.net.center) / self.net.spread if cell_of(self.net.plan.question).squash == "scale" else targets

    @torch.no_grad()
    def answers(self, batch: Batch) -> tuple[Tensor, Tensor]:
        with self._weights.answering():
            logits, frames = self.net(batch.samples.to(self._device), batch.lengths.to(self._device))
            return self.net.answer(logits.float()).cpu(), frames.cpu()
