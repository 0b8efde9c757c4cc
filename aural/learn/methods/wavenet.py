"""Learning WaveNet, a vocoder: every sample is foretold from the recording before it (van den Oord et al. 2016)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, final

import torch
from torch import Tensor

from aural.files import write_text
from aural.learn.job import Job, Method
from aural.learn.loading import Batch
from aural.learn.log import Picture
from aural.learn.methods import _vocoders
from aural.learn.methods._chosen import begun_from, chosen
from aural.learn.methods._parts import fitted
from aural.learn.nets import Choice, device_of, use_threads
from aural.learn.options import Options
from aural.learn.scores import Metric
from aural.learn.trainee import Trainee
from aural.learn.weights import Weights
from aural.models import tensors
from aural.models.card import Card
from aural.nets.vocoders import wavenet as page
from aural.nets.voice_mel import VoiceMel
from aural.sound.mel import MelOptions
from aural.sound.voice_mel import VOICE, at_rate

WEIGHTS, SIZES = "model.safetensors", "wavenet.json"
NAME = "wavenet"
DEFAULTS: Mapping[str, Any] = {
    "sample_rate": VOICE.sample_rate, "crop": 32 * VOICE.hop / VOICE.sample_rate, "batch": 8, "rate": 2e-3, "decay": 0.0,
    "warmup": 0.02, "epochs": 60, "patience": 0,
}  # fmt: skip
_METRIC = Metric("nats_a_sample", False, _vocoders.mean)


@final
class Foretelling(Trainee):
    """A net that makes the recordings likely, sample by sample, given all samples before."""

    def __init__(self, net: page.Vocoder, options: Options, mel: MelOptions, device: torch.device) -> None:
        self.net, self._device, self._mel = net, device, VoiceMel(mel).to(device)
        self._weights = Weights(net, options, device)
        self.parts = {"net": self._weights}

    def learn(self, batch: Batch, share: float) -> Mapping[str, float]:
        self._weights.begin(share)
        true = _vocoders.whole(batch.samples.to(self._device), self._mel.options.hop)
        loss = -self.net.log_chances(true, self._mel(true)).mean()
        self._weights.stepper.take(loss, share)
        return {"loss": float(loss.detach())}

    @torch.no_grad()
    def answers(self, batch: Batch) -> tuple[Tensor, Tensor]:
        figures = []
        with self._weights.answering():
            for row, length in enumerate(batch.lengths.tolist()):
                true = _vocoders.whole(batch.samples[row : row + 1, :length].to(self._device), self._mel.options.hop)
                mel = self._mel(true)
                figures.append(-self.net.log_chances(true, mel).mean().cpu())
                if int(batch.index[row]) == 0:
                    self.seen = {"recording": Picture(mel[0].cpu().numpy())}
        return torch.stack(figures)[:, None], torch.ones(len(figures), dtype=torch.int64)


def read(job: Job) -> tuple[Choice, Mapping[str, Any]]:
    """What was given, read and checked. Raises: UsageError."""
    return chosen(job, NAME, DEFAULTS, {"net": page.Config})


def run(job: Job) -> Card:
    """Train, write the weights; the model folder is whole when this returns."""
    choice, parts = read(job)
    options = choice.options
    use_threads(options.threads)
    mel = at_rate(options.sample_rate)
    torch.manual_seed(options.seed)
    net = page.Vocoder(parts["net"], mel.n_mels, mel.hop)
    begun_from(net, options)
    trainee = Foretelling(net, options, mel, device_of(options.device))
    told = f"each sample hears {net.core.stack.reach} before it"
    answers, targets = fitted(job, choice, trainee, _vocoders.data_of(job, choice), _METRIC, told)
    job.model.mkdir(parents=True, exist_ok=True)
    tensors.write(job.model / WEIGHTS, {name: value.cpu().numpy() for name, value in net.state_dict().items()})
    sizes = {"dilations": net.core.stack.dilations, "hop": mel.hop, "output": parts["net"].output}
    write_text(job.model / SIZES, json.dumps(sizes, sort_keys=True) + "\n")
    figures = {_METRIC.name: round(_METRIC.of(answers, targets), 4)}
    return _vocoders.card_of(job, choice, mel, "wavenet", (WEIGHTS, SIZES), figures)


METHOD = Method(Options, read, run, frozenset({("sequence", "number")}), any_labels=True, bare="voice")
