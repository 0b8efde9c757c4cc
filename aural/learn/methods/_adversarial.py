"""Learning a vocoder with judges: first it comes near to the recording, then judges teach it what a mean cannot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, final

import torch
from torch import Tensor, nn

from aural.learn.job import Job
from aural.learn.loading import Batch
from aural.learn.methods import _vocoders
from aural.learn.methods._chosen import begun_from, chosen
from aural.learn.methods._parts import fitted
from aural.learn.nets import Choice, device_of, use_threads
from aural.learn.options import Options
from aural.learn.trainee import Trainee
from aural.learn.weights import Weights
from aural.models.card import Card
from aural.nets.discriminators import Judges, judges_loss, maker_loss, matching_loss
from aural.nets.upsampling import settled
from aural.nets.voice_mel import Spectra, VoiceMel
from aural.settings import option
from aural.sound.mel import MelOptions
from aural.sound.voice_mel import VOICE, at_rate

CROP = 32 * VOICE.hop / VOICE.sample_rate  # s of sound in a step
DEFAULTS: Mapping[str, Any] = {
    "sample_rate": VOICE.sample_rate, "crop": CROP, "batch": 16, "rate": 1e-3, "decay": 1e-3, "warmup": 0.02, "epochs": 100,
    "patience": 0,
}  # fmt: skip


@dataclass(frozen=True)
class Teaching:
    """How near, and how natural."""

    join: float = option(0.5, "share of the training after which the judges join; 1 = never", least=0, most=1)
    judges: int = option(8, "channels of the judges' first layers (the paper's have 32 and more)", least=4)
    mel_weight: float = option(15.0, "weight of the distance in log-mel", least=0)
    spectra_weight: float = option(
        100.0, "weight of the distance in spectra of three lengths; a tenth of it, and the voice whispers for long", least=0
    )
    hold: float = option(0.3, "factor on both distances once the judges have joined", least=0)
    match_weight: float = option(2.0, "weight of what the judges see on their way", least=0)


@final
class Maker(Trainee):
    """A generator and its judges, an optimizer each. The judges learn first in a step, then the generator by what they now say."""

    def __init__(self, net: nn.Module, options: Options, teaching: Teaching, mel: MelOptions, device: torch.device) -> None:
        self.net, self._teaching, self._device, self._mel = net, teaching, device, VoiceMel(mel).to(device)
        self._spectra, self._judges = Spectra(), Judges(teaching.judges)
        self._weights, self._court = Weights(net, options, device), Weights(self._judges, options, device)
        self.parts = {"net": self._weights, "judges": self._court}

    def learn(self, batch: Batch, share: float) -> Mapping[str, float]:
        self._court.begin(share)
        self._weights.begin(share)
        true = _vocoders.whole(batch.samples.to(self._device), self._mel.options.hop)
        wanted = self._mel(true)
        with self._weights.stepper.precision():
            made = self.net(wanted)
        made = made.float()
        told, losses = self._teaching, {}
        mel = (self._mel(made) - wanted).abs().mean()
        loss = told.mel_weight * mel + told.spectra_weight * self._spectra(made, true)
        if share >= told.join:
            losses = argued(self._judges, self._court, true, made, share)
            loss = told.hold * loss + losses["persuaded"] + told.match_weight * losses["matched"]
        self._weights.stepper.take(loss, share)
        return {name: float(value.detach()) for name, value in {"loss": loss, "mel": mel, **losses}.items()}

    @torch.no_grad()
    def answers(self, batch: Batch) -> tuple[Tensor, Tensor]:
        figures = []
        with self._weights.answering():
            for row, length in enumerate(batch.lengths.tolist()):
                true = _vocoders.whole(batch.samples[row : row + 1, :length].to(self._device), self._mel.options.hop)
                wanted = self._mel(true)
                made = self.net(wanted).float()
                figures.append((self._mel(made) - wanted).abs().mean().cpu())
                if int(batch.index[row]) == 0:
                    self.seen = _vocoders.seen(true[0].cpu(), made[0].cpu(), self._mel)
        return torch.stack(figures)[:, None], torch.ones(len(figures), dtype=torch.int64)


def argued(judges: Judges, court: Weights, true: Tensor, made: Tensor, share: float) -> dict[str, Tensor]:
    """The judges learn to tell made [B, T] from true [B, T], then say what they now hear: how well they told them apart, how far
    they are from being persuaded, and how far what they saw on their way differs. The last two have slopes to `made` alone."""
    judges.requires_grad_(True)
    judged = judges_loss(judges(true), judges(made.detach()))
    court.stepper.take(judged, share)
    judges.requires_grad_(False)
    seen, said = judges(true), judges(made)
    return {"judges": judged, "persuaded": maker_loss(said), "matched": matching_loss(seen, said)}


def read(job: Job, method: str, config: type) -> tuple[Choice, Mapping[str, Any]]:
    """What was given, read and checked. Raises: UsageError."""
    return chosen(job, method, DEFAULTS, {"net": config, "teaching": Teaching})


def run(job: Job, method: str, page: Any) -> Card:
    """Train, export; the model folder is whole when this returns. `page` is one of nets/vocoders."""
    choice, parts = read(job, method, page.Config)
    options = choice.options
    use_threads(options.threads)
    mel = at_rate(options.sample_rate)
    torch.manual_seed(options.seed)
    net = page.Vocoder(parts["net"], mel.n_mels, mel.hop)
    begun_from(net, options)
    trainee = Maker(net, options, parts["teaching"], mel, device_of(options.device))
    metric = _vocoders.distance(newest=parts["teaching"].join < 1)
    answers, targets = fitted(job, choice, trainee, _vocoders.data_of(job, choice), metric, f"frames of {mel.hop} samples")
    job.model.mkdir(parents=True, exist_ok=True)
    _vocoders.export(settled(net.cpu()), job.model / _vocoders.GRAPH, mel)
    figures = {metric.name: round(metric.of(answers, targets), 4)}
    return _vocoders.card_of(job, choice, mel, "vocoder", (_vocoders.GRAPH,), figures)
