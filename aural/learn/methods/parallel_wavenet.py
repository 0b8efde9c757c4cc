"""Learning a parallel WaveNet, a vocoder: noise is bent into speech at once, as a WaveNet that was trained before finds likely.

Source: A. van den Oord et al., "Parallel WaveNet", arXiv:1711.10433: probability density distillation, and a loss on spectra.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, final

import torch
from torch import Tensor, nn

from aural import settings
from aural.errors import UsageError
from aural.learn import checkpoint
from aural.learn.job import Job, Method
from aural.learn.loading import Batch
from aural.learn.methods import _vocoders
from aural.learn.methods._chosen import begun_from, chosen
from aural.learn.methods._parts import fitted
from aural.learn.nets import Choice, device_of, use_threads
from aural.learn.options import Options
from aural.learn.trainee import Trainee
from aural.learn.weights import Weights
from aural.models.card import Card
from aural.nets import logistics
from aural.nets.vocoders import parallel_wavenet as page
from aural.nets.vocoders import wavenet
from aural.nets.voice_mel import Spectra, VoiceMel
from aural.settings import option
from aural.sound.mel import MelOptions
from aural.sound.voice_mel import VOICE, at_rate

NAME = "parallel_wavenet"
DEFAULTS: Mapping[str, Any] = {
    "sample_rate": VOICE.sample_rate, "crop": 32 * VOICE.hop / VOICE.sample_rate, "batch": 4, "rate": 1e-3, "decay": 0.0,
    "warmup": 0.05, "epochs": 60, "patience": 0,
}  # fmt: skip


@dataclass(frozen=True)
class Teaching:
    """The teacher, and what else is asked for."""

    teacher: str = option("", "run folder of a WaveNet with logistics, trained here before", file="named")
    draws: int = option(4, "samples at each moment by which teacher and student are compared", least=1)
    spectra_weight: float = option(4.0, "weight of the distance in spectra of three lengths", least=0)


@final
class Student(Trainee):
    """A net whose samples the teacher is to find likely, and which is to leave as much open as the teacher does."""

    def __init__(self, net: page.Vocoder, teacher: wavenet.Vocoder, options: Options, teaching: Teaching, mel: MelOptions,
                 device: torch.device) -> None:  # fmt: skip
        self.net, self._teaching, self._device, self._mel = net, teaching, device, VoiceMel(mel).to(device)
        self._teacher, self._spectra = teacher.to(device).eval().requires_grad_(False), Spectra()
        self._weights = Weights(net, options, device)
        self.parts = {"net": self._weights}

    def learn(self, batch: Batch, share: float) -> Mapping[str, float]:
        generator = self._weights.begin(share)
        true = _vocoders.whole(batch.samples.to(self._device), self._mel.options.hop)
        mel = self._mel(true)
        made, mean, scale = self.net(mel, noise_like(true, generator))
        apart = divergence(self._teacher(made, mel), mean, scale, generator, self._teaching.draws)
        spectra = self._spectra(made, true)
        loss = apart + self._teaching.spectra_weight * spectra
        self._weights.stepper.take(loss, share)
        return {"loss": float(loss.detach()), "divergence": float(apart.detach()), "spectra": float(spectra.detach())}

    @torch.no_grad()
    def answers(self, batch: Batch) -> tuple[Tensor, Tensor]:
        figures = []
        generator = torch.Generator().manual_seed(0)
        with self._weights.answering():
            for row, length in enumerate(batch.lengths.tolist()):
                true = _vocoders.whole(batch.samples[row : row + 1, :length].to(self._device), self._mel.options.hop)
                wanted = self._mel(true)
                made = self.net(wanted, noise_like(true, generator))[0].clamp(-1, 1)
                figures.append((self._mel(made) - wanted).abs().mean().cpu())
                if int(batch.index[row]) == 0:
                    self.seen = _vocoders.seen(true[0].cpu(), made[0].cpu(), self._mel)
        return torch.stack(figures)[:, None], torch.ones(len(figures), dtype=torch.int64)


def noise_like(samples: Tensor, generator: torch.Generator) -> Tensor:
    """Draws from the standard logistic in the shape of samples."""
    share = torch.rand(samples.shape, generator=generator).clamp(1e-5, 1 - 1e-5).to(samples.device)
    return share.log() - torch.log1p(-share)


def divergence(told: Tensor, mean: Tensor, scale: Tensor, generator: torch.Generator, draws: int) -> Tensor:
    """KL(student, teacher) a sample: told [B, T, 3 * K] of the teacher, mean and ln scale [B, T] of the student.

    The student's entropy is ln scale + 2 exactly; how likely its samples are to the teacher is the mean over draws.
    """
    at = torch.stack([mean + scale.exp() * noise_like(mean, generator) for _ in range(draws)])
    crossed = -logistics.log_density(told[None].expand(draws, *told.shape), at).mean()
    return crossed - (scale.mean() + 2)


def teacher_of(place: str, mel: MelOptions) -> wavenet.Vocoder:
    """The WaveNet of a run folder, with its best weights. Raises: UsageError, LearningError."""
    fix = "Train one: aural train speak ... --method wavenet -o runs/wavenet, then --set teacher=runs/wavenet"
    try:
        told = json.loads((Path(place) / "options.json").read_text(encoding="utf-8"))
        known = told["encoder"] == "wavenet" and told["sample_rate"] == mel.sample_rate
    except (OSError, ValueError, KeyError):
        known = False
    found = checkpoint.load(Path(place) / "checkpoints") if known else None
    if found is None:
        raise UsageError(f"there is no WaveNet at {mel.sample_rate} Hz to learn from", where=place or "--set teacher", fix=fix)
    net = wavenet.Vocoder(settings.build(wavenet.Config, told["parts"]["net"]), mel.n_mels, mel.hop)
    if net.config.output != "logistics":
        raise UsageError("this WaveNet tells classes, and no densities", where=place, fix="Train it with --set output=logistics")
    checkpoint.fitted(net, checkpoint.part(checkpoint.part(found[0], "best"), "net"), place)
    return net


@final
class Noisy(nn.Module):
    """The student as it is asked: log-mel and noise in, samples within full scale out."""

    def __init__(self, net: page.Vocoder) -> None:
        super().__init__()
        self.net = net

    def forward(self, log_mel: Tensor, noise: Tensor) -> Tensor:
        return self.net(log_mel, noise)[0].clamp(-1, 1)


def read(job: Job) -> tuple[Choice, Mapping[str, Any]]:
    """What was given, read and checked. Raises: UsageError."""
    choice, parts = chosen(job, NAME, DEFAULTS, {"net": page.Config, "teaching": Teaching})
    teacher_of(parts["teaching"].teacher, at_rate(choice.options.sample_rate))
    return choice, parts


def run(job: Job) -> Card:
    """Train, export; the model folder is whole when this returns."""
    choice, parts = read(job)
    options = choice.options
    use_threads(options.threads)
    mel = at_rate(options.sample_rate)
    torch.manual_seed(options.seed)
    net = page.Vocoder(parts["net"], mel.n_mels, mel.hop)
    begun_from(net, options)
    trainee = Student(net, teacher_of(parts["teaching"].teacher, mel), options, parts["teaching"], mel, device_of(options.device))
    metric = _vocoders.distance(newest=False)
    answers, targets = fitted(job, choice, trainee, _vocoders.data_of(job, choice), metric, f"{parts['net'].flows} flows")
    job.model.mkdir(parents=True, exist_ok=True)
    _vocoders.export_noisy(Noisy(net.cpu()), job.model / _vocoders.GRAPH, mel)
    return _vocoders.card_of(job, choice, mel, "vocoder", (_vocoders.GRAPH,), {metric.name: round(metric.of(answers, targets), 4)})


METHOD = Method(Options, read, run, frozenset({("sequence", "number")}), any_labels=True, bare="voice")
