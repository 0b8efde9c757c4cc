"""A writer that moves toward the texts of clips: by what its decoder writes, and by what its CTC head hears along.

Source: Kim, Hori and Watanabe 2017, Joint CTC-Attention (arXiv:1609.06773).
"""

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
from aural.nets.writer import Writer

_ROOM = 5  # units that an answer may be longer than twice the truth, while a training is validated


@final
class Writing(Trainee):
    """`written` and `ctc` are the losses of the two; `options.ctc` is the weight of the second."""

    net: Writer

    def __init__(self, writer: Writer, written: Loss, ctc: Loss, options: Options, device: torch.device) -> None:
        self.net, self._device = writer, device
        self._written, self._ctc, self._share = written, ctc, options.ctc
        self._mixes = augment.Mixes.of(options.augment)
        self._weights = Weights(writer, options, device, writer.net.brought)
        self.parts = {"net": self._weights}

    def learn(self, batch: Batch, share: float) -> Mapping[str, float]:
        generator = self._weights.begin(share)
        batch = batch.to(self._device)
        # In full precision: 16-bit floats drown quiet bands beside loud ones.
        features, frames = self._mixes.masked(*self.net.net.features(batch.samples, batch.lengths), generator)
        with self._weights.stepper.precision():
            x, heard, frames = self.net.heard(features, frames)
            logits = self.net.written(x, frames, batch.targets.long())
            told = {"written": self._written(logits, batch.targets, frames, batch.target_lengths)}
            if self._share:
                told["ctc"] = self._ctc(heard, batch.targets, frames, batch.target_lengths)
        means = {name: (each * batch.weights).sum() / batch.weights.sum().clamp(min=1e-6) for name, each in told.items()}
        loss = (1 - self._share) * means["written"] + self._share * means.get("ctc", 0.0)
        self._weights.stepper.take(loss, share)
        return {"loss": float(loss.detach()), **{name: float(value.detach()) for name, value in means.items()}}

    @torch.no_grad()
    def answers(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """What the decoder writes greedily, [B, L] of its units, 0 behind the end."""
        with self._weights.answering():
            features, frames = self.net.net.features(batch.samples.to(self._device), batch.lengths.to(self._device))
            x, _, frames = self.net.heard(features, frames)
            most = 2 * int(batch.target_lengths.max()) + _ROOM
            return self.net.greedy(x, frames, most).float().cpu(), frames.cpu()
