"""Learning a FastSpeech 2 voice: symbols to durations, pitch and level, then all frames at once (Ren et al. 2020)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, final

import numpy as np
import torch
from torch import Tensor, nn

from aural.learn.export import write_program
from aural.learn.job import Job, Method
from aural.learn.loading import Batch
from aural.learn.log import Picture, Shown
from aural.learn.methods import _spoken
from aural.learn.methods._planned import SYMBOLS, Planning, examples, guesses
from aural.learn.methods._vocoders import mean
from aural.learn.nets import Choice, device_of
from aural.learn.options import Options
from aural.learn.scores import Metric
from aural.learn.trainee import Trainee
from aural.learn.weights import Weights
from aural.models.card import Card
from aural.nets.acoustic import fastspeech as page
from aural.nets.masks import mask_of
from aural.nets.phones import laid, whole
from aural.nets.voice_mel import VoiceMel
from aural.sound.griffin_lim import from_mel
from aural.sound.mel import MelOptions
from aural.sound.sound import Sound
from aural.sound.voice_mel import VOICE

NAME = "fastspeech"
PLAN, FRAMES = "plan.onnx", "frames.onnx"
DEFAULTS: Mapping[str, Any] = {
    "sample_rate": VOICE.sample_rate, "batch": 16, "rate": 1e-3, "decay": 1e-2, "warmup": 0.05, "epochs": 100, "patience": 0,
    "clip_norm": 1.0,
}  # fmt: skip
METRIC = Metric("mel_distance", False, mean)


@final
class Speaking(Trainee):
    """A net that is told the true durations, pitch and level while it learns the spectrogram, and learns to guess them."""

    def __init__(self, net: page.Acoustic, options: Options, mel: MelOptions, device: torch.device) -> None:
        self.net, self._device, self._mel = net, device, VoiceMel(mel).to(device)
        self._weights = Weights(net, options, device)
        self.parts = {"net": self._weights}

    def learn(self, batch: Batch, share: float) -> Mapping[str, float]:
        self._weights.begin(share)
        told = _spoken.read(batch, self._device)
        true = self._mel(told.samples)
        with self._weights.stepper.precision():
            plan, made = self.net(told.symbols, told.lengths, told.durations, told.pitch, told.level)
        losses = {"mel": distance(made.float(), true, told.frames).mean(), **guesses(plan, told, told.durations)}
        loss = torch.stack(list(losses.values())).sum()
        self._weights.stepper.take(loss, share)
        return {name: float(value.detach()) for name, value in {"loss": loss, **losses}.items()}

    @torch.no_grad()
    def answers(self, batch: Batch) -> tuple[Tensor, Tensor]:
        with self._weights.answering():
            told = _spoken.read(batch, self._device)
            true = self._mel(told.samples)
            _, made = self.net(told.symbols, told.lengths, told.durations, told.pitch, told.level)
            apart = distance(made, true, told.frames).cpu()
            if 0 in batch.index.tolist():
                self.seen = self._seen(batch.index.tolist().index(0), told, true)
        return apart[:, None], torch.ones(len(apart), dtype=torch.int64)

    def _seen(self, row: int, told: _spoken.Read, true: Tensor) -> Mapping[str, Shown]:
        """The first clip: as it was, and as it would be said from its text alone."""
        count = int(told.lengths[row])
        plan = self.net.plan(told.symbols[row : row + 1, :count], told.lengths[row : row + 1])
        owners, within, frames = laid(whole(plan.durations))
        made = self.net.spectrum(plan.hidden, torch.stack([plan.pitch, plan.level], 1), owners, within, frames)[0].cpu().numpy()
        recorded = true[row, :, : int(told.frames[row])].cpu().numpy()
        heard = from_mel(made, options=self._mel.options)[None]
        return {"recording": Picture(recorded), "said": Picture(made), "said_sound": Sound(np.clip(heard, -1, 1), self._rate)}

    @property
    def _rate(self) -> int:
        return self._mel.options.sample_rate


def distance(made: Tensor, true: Tensor, frames: Tensor) -> Tensor:
    """The mean difference [B] of spectrograms [B, M, F] over real frames."""
    count = min(made.shape[2], true.shape[2])
    mask = mask_of(frames, count).to(made.dtype)
    gone = (made[:, :, :count] - true[:, :, :count]).abs().mean(1)
    return (gone * mask).sum(1) / mask.sum(1).clamp(min=1)


@final
class Painting(nn.Module):
    """The part over frames as a graph."""

    def __init__(self, net: page.Acoustic) -> None:
        super().__init__()
        self.net = net

    def forward(self, hidden: Tensor, voice: Tensor, owners: Tensor, within: Tensor, lengths: Tensor) -> Tensor:
        return self.net.spectrum(hidden, voice, owners, within, lengths)


@torch.no_grad()
def export(net: page.Acoustic, folder: Path) -> None:
    """Write both graphs. Raises: LearningError when torch cannot, or when they answer otherwise than torch."""
    batch, symbols, frames = (torch.export.Dim(name, min=low) for name, low in (("batch", 1), ("symbols", 2), ("frames", 2)))
    one, two = Planning(net.eval()), Painting(net)
    others = (("hidden", "voice", "owners", "within", "lengths"), ("mel",))
    planned, over, real = examples(net, 2, 9, 30)
    write_program(one, planned, ({0: batch, 1: symbols}, {0: batch}), folder / PLAN, *SYMBOLS)
    shapes = ({0: batch, 1: symbols}, {0: batch, 2: symbols}, {0: batch, 1: frames}, {0: batch, 1: frames}, {0: batch})
    write_program(two, (*over, real), shapes, folder / FRAMES, *others)
    planned, over, real = examples(net, 1, 23, 77)
    parts: tuple[tuple[nn.Module, str, tuple[Tensor, ...], Any], ...] = (
        (one, PLAN, planned, SYMBOLS), (two, FRAMES, (*over, real), others),
    )  # fmt: skip
    for module, path, fed, (into, out) in parts:
        _spoken.check(folder / path, dict(zip(into, fed, strict=True)), out, module(*fed))


def read(job: Job) -> tuple[Choice, Mapping[str, Any]]:
    """What was given, read and checked. Raises: UsageError."""
    return _spoken.asked(job, NAME, DEFAULTS, {"net": page.Config})


def run(job: Job) -> Card:
    """Prepare the clips, train, export; the model folder is whole when this returns."""
    begun = _spoken.begun(job, read(job), lambda parts, symbols, mel: page.Acoustic(parts["net"], symbols, mel.n_mels))
    ended = begun.learn(Speaking(begun.net, begun.options, begun.mel, device_of(begun.options.device)), METRIC)
    export(begun.net.cpu(), job.model)
    return ended.card("acoustic", ("energy",))


METHOD = Method(Options, read, run, frozenset({("sequence", "number")}), any_labels=True, bare=None)
