"""Learning a VITS voice: text to samples in one net, with judges, and without times of phones (Kim et al. 2021)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, final

import numpy as np
import torch
from torch import Tensor, nn

from aural.errors import LearningError
from aural.learn.export import CLOSE, write_program
from aural.learn.job import Job, Method
from aural.learn.loading import Batch
from aural.learn.log import Picture
from aural.learn.methods import _spoken
from aural.learn.methods._adversarial import argued
from aural.learn.methods._vocoders import mean, seen
from aural.learn.nets import Choice, device_of
from aural.learn.options import Options
from aural.learn.scores import Metric
from aural.learn.trainee import Trainee
from aural.learn.weights import Weights
from aural.models.card import Card
from aural.models.runtime import Runtime
from aural.nets.acoustic import vits as page
from aural.nets.discriminators import Judges
from aural.nets.layers import wiped
from aural.nets.upsampling import settled
from aural.nets.voice_mel import VoiceMel, amplitudes
from aural.settings import option
from aural.sound.mel import MelOptions
from aural.sound.voice_mel import VOICE, margin

NAME = "vits"
PLAN, SOUND = "plan.onnx", "sound.onnx"
DEFAULTS: Mapping[str, Any] = {
    "sample_rate": VOICE.sample_rate, "batch": 8, "rate": 5e-4, "decay": 1e-2, "warmup": 0.05, "epochs": 200, "patience": 0,
}  # fmt: skip
METRIC = Metric("mel_distance", False, mean, newest=True)


@dataclass(frozen=True)
class Teaching:
    """How near, and how natural."""

    segment: int = option(32, "frames of each clip that are made into sound in a step", least=4)
    judges: int = option(8, "channels of the judges' first layers", least=4)
    mel_weight: float = option(45.0, "weight of the distance in log-mel", least=0)
    text_weight: float = option(1.0, "weight of the distance between hidden voice and text", least=0)
    match_weight: float = option(2.0, "weight of what the judges see on their way", least=0)


@final
class Whole(Trainee):
    """The net and its judges, an optimizer each. Durations are found anew in each step by the best monotonic path."""

    def __init__(self, net: page.Acoustic, options: Options, teaching: Teaching, mel: MelOptions, device: torch.device) -> None:
        self.net, self._teaching, self._device, self._mel = net, teaching, device, VoiceMel(mel).to(device)
        self._judges = Judges(teaching.judges)
        self._weights, self._court = Weights(net, options, device), Weights(self._judges, options, device)
        self.parts = {"net": self._weights, "judges": self._court}

    def learn(self, batch: Batch, share: float) -> Mapping[str, float]:
        self._court.begin(share)
        generator = self._weights.begin(share)
        told = _spoken.read(batch, self._device)
        voice, losses, frames = self._tied(told, generator)
        true, made = self._segments(told.samples, voice, frames, generator)
        weights = self._teaching
        heard = argued(self._judges, self._court, true, made, share)
        losses |= {
            "mel": weights.mel_weight * (self._mel(made) - self._mel(true)).abs().mean(),
            "persuaded": heard["persuaded"],
            "matched": weights.match_weight * heard["matched"],
        }
        loss = torch.stack(list(losses.values())).sum()
        self._weights.stepper.take(loss, share)
        return {name: float(value.detach()) for name, value in {"loss": loss, "judges": heard["judges"], **losses}.items()}

    def _tied(self, told: _spoken.Read, generator: torch.Generator) -> tuple[Tensor, dict[str, Tensor], Tensor]:
        """The hidden voice drawn from a recording [B, Z, F], the losses that tie it to the text, and real frames."""
        frames = told.frames
        center, spread = self.net.posterior(spectra_of(told.samples, self._mel)[:, :, : int(frames.max())], frames)
        noise = torch.randn(center.shape, generator=generator).to(self._device)
        voice = wiped(center + noise * spread.exp(), frames)
        text = self.net.toward_text(voice, frames)
        prior = self.net.plan(told.symbols, told.lengths)
        durations = page.aligned(text, prior, told.lengths, frames)
        mean_p, spread_p = (page.spread_out(x, durations, text.shape[2]) for x in (prior.mean, prior.spread))
        real = durations > 0
        guess = ((prior.durations - torch.log1p(durations.to(text.dtype))).square() * real).sum() / real.sum()
        tied = page.divergence(text, spread, mean_p, spread_p, frames) * self._teaching.text_weight
        return voice, {"text": tied, "durations": guess}, frames

    def _segments(self, samples: Tensor, voice: Tensor, frames: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """A part of each clip, as recorded and as made of its hidden voice: [B, segment * hop] twice."""
        hop = self._mel.options.hop
        size = min(self._teaching.segment, voice.shape[2])
        first = (torch.rand(len(frames), generator=generator).to(frames.device) * (frames - size).clamp(min=0)).long()
        parts = torch.stack([v[:, a : a + size] for v, a in zip(voice, first.tolist(), strict=True)])
        held = nn.functional.pad(samples, (0, max(0, voice.shape[2] * hop - samples.shape[1])))
        true = torch.stack([s[a * hop : (a + size) * hop] for s, a in zip(held, first.tolist(), strict=True)])
        return true, self.net.decoder(parts)

    @torch.no_grad()
    def answers(self, batch: Batch) -> tuple[Tensor, Tensor]:
        found = []
        with self._weights.answering():
            told = _spoken.read(batch, self._device)
            for row, count in enumerate(told.frames.tolist()):
                true = told.samples[row : row + 1, : count * self._mel.options.hop]
                frames = torch.tensor([count], device=self._device)
                center, _ = self.net.posterior(spectra_of(true, self._mel)[:, :, :count], frames)
                made = self.net.decoder(center)
                found.append((self._mel(made) - self._mel(true))[:, :, :count].abs().mean().cpu())
                if int(batch.index[row]) == 0:
                    self.seen = {**seen(true[0].cpu(), made[0].cpu(), self._mel), "path": self._path(told, row, center, frames)}
        return torch.stack(found)[:, None], torch.ones(len(found), dtype=torch.int64)

    def _path(self, told: _spoken.Read, row: int, center: Tensor, frames: Tensor) -> Picture:
        """Which symbol each frame was given to."""
        count = told.lengths[row : row + 1]
        prior = self.net.plan(told.symbols[row : row + 1, : int(count)], count)
        durations = page.aligned(self.net.toward_text(center, frames), prior, count, frames)
        owners = torch.repeat_interleave(torch.arange(int(count), device=durations.device), durations[0])
        return Picture(nn.functional.one_hot(owners, int(count)).T.float().cpu().numpy())


def spectra_of(samples: Tensor, mel: VoiceMel) -> Tensor:
    """Amplitudes [B, D, F] on the frames of a mel."""
    options, side = mel.options, margin(mel.options)
    held = nn.functional.pad(samples, (0, max(0, max(options.hop, side + 1) - samples.shape[1])))
    around = nn.functional.pad(held[:, None], (side, side), mode="reflect")[:, 0]
    return amplitudes(around, options.n_fft, options.hop, mel.window, center=False)


@final
class Planning(nn.Module):
    """The part over symbols as a graph."""

    def __init__(self, net: page.Acoustic) -> None:
        super().__init__()
        self.net = net

    def forward(self, symbols: Tensor, lengths: Tensor) -> tuple[Tensor, ...]:
        prior = self.net.plan(symbols, lengths)
        return prior.mean, prior.spread, prior.durations


@final
class Sounding(nn.Module):
    """The part over frames as a graph: what was drawn on the text's side -> samples."""

    def __init__(self, net: page.Acoustic) -> None:
        super().__init__()
        self.net = net

    def forward(self, text: Tensor, frames: Tensor) -> Tensor:
        return self.net.sound(text, frames)


@torch.no_grad()
def export(net: page.Acoustic, folder: Path) -> None:
    """Write both graphs. Raises: LearningError when torch cannot, or when they answer otherwise than torch."""
    settled(net.eval())
    batch, symbols, frames = (torch.export.Dim(name, min=low) for name, low in (("batch", 1), ("symbols", 2), ("frames", 2)))
    one, two = Planning(net), Sounding(net)
    names = ((["symbols", "lengths"], ["mean", "spread", "durations"]), (["text", "frames"], ["samples"]))

    def fed(rows: int, count: int) -> tuple[tuple[Tensor, ...], tuple[Tensor, ...]]:
        generator = torch.Generator().manual_seed(rows)
        lengths = torch.tensor([count, count - 3][:rows])
        text = torch.randn(rows, net.config.hidden, count, generator=generator)
        return (torch.randint(net.names.num_embeddings, (rows, count), generator=generator), lengths), (text, lengths)

    given = fed(2, 9)
    write_program(one, given[0], ({0: batch, 1: symbols}, {0: batch}), folder / PLAN, *names[0])
    write_program(two, given[1], ({0: batch, 2: frames}, {0: batch}), folder / SOUND, *names[1])
    parts: tuple[nn.Module, ...] = (one, two)
    for module, path, feeds, told in zip(parts, (PLAN, SOUND), fed(1, 21), names, strict=True):
        answers = Runtime("cpu", 1).session(folder / path).run({n: x.numpy() for n, x in zip(told[0], feeds, strict=True)}, told[1])
        true = module(*feeds)
        for answer, expected in zip(answers, true if isinstance(true, tuple) else (true,), strict=True):
            worst = float(np.abs(answer - expected.numpy()).max())
            if not worst <= CLOSE:
                what = f"the exported voice answers {worst:.2g} apart from the trained one"
                raise LearningError(what, where=str(folder / path), fix="Please report it")


def read(job: Job) -> tuple[Choice, Mapping[str, Any]]:
    """What was given, read and checked. Raises: UsageError."""
    return _spoken.asked(job, NAME, DEFAULTS, {"net": page.Config, "teaching": Teaching})


def run(job: Job) -> Card:
    """Prepare the clips, train, export; the model folder is whole when this returns."""
    begun = _spoken.begun(job, read(job), _made)
    trainee = Whole(begun.net, begun.options, begun.parts["teaching"], begun.mel, device_of(begun.options.device))
    ended = begun.learn(trainee, METRIC)
    export(begun.net.cpu(), job.model)
    return ended.card(NAME)


def _made(parts: Mapping[str, Any], symbols: int, mel: MelOptions) -> page.Acoustic:
    return page.Acoustic(parts["net"], symbols, mel.n_fft // 2 + 1, mel.hop)


METHOD = Method(Options, read, run, frozenset({("sequence", "number")}), any_labels=True, bare=None)
