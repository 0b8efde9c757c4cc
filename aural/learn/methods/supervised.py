"""Learning from labels: the answer is compared with the truth of each clip, and the net moves toward it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, final

import torch
from torch import Tensor

from aural.learn import augment, checkpoint
from aural.learn.loading import Batch
from aural.learn.losses._face import Loss
from aural.learn.options import Options
from aural.learn.stepper import Stepper
from aural.learn.trainee import Trainee
from aural.nets.net import Net


@final
class Supervised(Trainee):
    """A net, its loss and its optimizer. `net` is what is exported: `best()` puts the kept weights into it."""

    def __init__(self, net: Net, loss: Loss, options: Options, device: torch.device) -> None:
        self.net, self._loss, self._device = net.to(device), loss.to(device), device
        self._mixes = augment.Mixes.of(options.augment)
        self._seed, self._steps = options.seed, 0
        self._module = torch.nn.ModuleDict({"net": self.net, "loss": self._loss})
        self._stepper = Stepper(self._module, options, device)

    def learn(self, batch: Batch, share: float) -> Mapping[str, float]:
        # Masks, mixes and dropout follow from (seed, step) alone, so that a resumed run draws the same.
        generator = torch.Generator().manual_seed(self._seed * 1_000_003 + self._steps)
        torch.manual_seed(self._seed * 1_000_003 + self._steps)
        self._steps += 1
        self._module.train()
        batch = self._mixes.mixed(batch, generator).to(self._device)
        with self._stepper.precision():
            features, frames = self.net.features(batch.samples, batch.lengths)
            if self._mixes.specaugment:
                features = augment.specaugment(features, frames, generator)
            logits, frames = self.net.encode(features, frames)
            each = self._loss(logits, batch.targets, frames, batch.target_lengths)
        loss = (each * batch.weights).sum() / batch.weights.sum().clamp(min=1e-6)
        self._stepper.take(loss, share)
        return {"loss": float(loss.detach())}

    @torch.no_grad()
    def answers(self, batch: Batch) -> tuple[Tensor, Tensor]:
        self._module.eval()
        kept = {n: t.clone() for n, t in self._module.state_dict().items()} if self._stepper.averaged else None
        if kept is not None:
            self._module.load_state_dict(self._stepper.averaged)
        logits, frames = self.net(batch.samples.to(self._device), batch.lengths.to(self._device))
        answers = self.net.answer(logits.float()).cpu()
        if kept is not None:
            self._module.load_state_dict(kept)
        return answers, frames.cpu()

    def weights(self) -> dict[str, Tensor]:
        """The weights that are worth keeping now: averaged where an average is asked for."""
        found = self._stepper.averaged or self._module.state_dict()
        return {n: t.detach().cpu().clone() for n, t in found.items()}

    def settle(self, weights: Mapping[str, Tensor]) -> None:
        """Put kept weights into the net, which learns no more."""
        self._module.load_state_dict(dict(weights))
        self._module.eval()

    def state(self) -> tuple[dict[str, Tensor], dict[str, Any]]:
        parts = {"module": (self._module.state_dict(), {"steps": self._steps}), "stepper": self._stepper.state()}
        return checkpoint.merged(parts)

    def restore(self, tensors: Mapping[str, Tensor], plain: Mapping[str, Any]) -> None:
        checkpoint.fitted(self._module, checkpoint.part(tensors, "module"), "--resume")
        self._stepper.restore(checkpoint.part(tensors, "stepper"), plain["stepper"])
        self._steps = int(plain["module"]["steps"])
