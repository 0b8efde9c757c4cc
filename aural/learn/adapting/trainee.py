"""What learns when a recognizer is adapted: changes beside its matrices, from texts told piece by piece."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import final

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from aural.corpora.manifest import Clip
from aural.learn.loading import Batch
from aural.learn.options import Options
from aural.learn.scores import Metric
from aural.learn.targets._text import text_of
from aural.learn.trainee import Trainee
from aural.learn.weights import Weights
from aural.nets.low_rank import Change
from aural.nets.moonshine import END, Moonshine
from aural.text.pieces import Pieces

_NONE = -100  # a place behind the end of a text


@dataclass(frozen=True)
class Told:
    """The target of a clip: its text as word pieces, with the end."""

    pieces: Pieces

    def __call__(self, clip: Clip, samples: int) -> np.ndarray:
        return np.array([*self.pieces.tokens(text_of(clip)), END], np.float32)


@final
class Adapting(Trainee):
    """`changes` by the names of the layers of `net` that they stand beside; all else is held."""

    net: Moonshine

    def __init__(
        self, net: Moonshine, changes: Mapping[str, Change], smoothing: float, options: Options, device: torch.device
    ) -> None:
        self.net, self._device, self._smoothing = net.to(device).eval(), device, smoothing
        learning = nn.ModuleDict({name.replace(".", "/"): change for name, change in changes.items()})
        self._weights = Weights(learning, options, device)
        self.parts = {"net": self._weights}

    def learn(self, batch: Batch, share: float) -> Mapping[str, float]:
        self._weights.begin(share)
        batch = batch.to(self._device)
        with self._weights.stepper.precision():
            logits = self._told(batch)
        true = _truth(batch)
        loss = functional.cross_entropy(
            logits.float().flatten(0, 1), true.flatten(), ignore_index=_NONE, label_smoothing=self._smoothing
        )
        self._weights.stepper.take(loss, share)
        return {"loss": float(loss.detach())}

    def _told(self, batch: Batch) -> Tensor:
        """The logits of each piece [B, L, P] after those before it."""
        logits: Tensor = self.net(batch.samples, batch.lengths, batch.targets[:, :-1].long())
        return logits

    @torch.no_grad()
    def answers(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """The likeliest next piece at each place, after the true ones before it: [B, L, 1]."""
        with self._weights.answering():
            logits = self._told(batch.to(self._device))
            return logits.argmax(2, keepdim=True).cpu(), batch.target_lengths


def _truth(batch: Batch) -> Tensor:
    places = torch.arange(batch.targets.shape[1], device=batch.targets.device)
    return batch.targets.long().masked_fill(places[None, :] >= batch.target_lengths[:, None], _NONE)


def _wrong(answers: Sequence[np.ndarray], targets: Sequence[np.ndarray]) -> float:
    return float((np.concatenate([a[:, 0] for a in answers]) != np.concatenate(targets)).mean())


METRIC = Metric("piece_error", False, _wrong)
