"""Learning vectors in which clips of one voice lie close: classes are told apart with a margin of their angles.

What is learned are the vectors; the classes of the training are thrown away, and clips of other voices are compared by cosine.
The loss is a page of learn/losses for vectors: aam_softmax, or `--loss ge2e`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import final

import numpy as np
import torch
from torch import Tensor, nn

from aural.errors import LearningError
from aural.files import sha256_of
from aural.learn import augment, compact
from aural.learn.export import to_onnx
from aural.learn.job import Job, Method
from aural.learn.loading import Batch, Truth
from aural.learn.losses._face import Loss
from aural.learn.methods._parts import data_of, fitted, licences_of, measure, seconds_of
from aural.learn.nets import Choice, choice_of, device_of, loss_of, net_of, use_threads
from aural.learn.options import Options
from aural.learn.scores import METRICS, pairs
from aural.learn.targets.clip_class import names
from aural.learn.trainee import Trainee
from aural.learn.weights import Weights
from aural.metrics.verification import eer, threshold_at_eer
from aural.models.card import Card
from aural.models.card import write as write_card
from aural.nets.net import Net
from aural.results import Question

HEAD, LOSS = "embedding", "aam_softmax"
_CLASSES = Question("clip", "class")
_CROP = 3.0  # s: voices are learned from parts of this length where nothing else is asked for


@final
class Voices(Trainee):
    """A net for vectors, a loss that compares vectors, which holds what it learns of the classes, and an optimizer."""

    net: Net

    def __init__(self, net: Net, loss: Loss, options: Options, device: torch.device) -> None:
        self.net, self._loss, self._device = net, loss, device
        self._mixes = augment.Mixes.of(options.augment)
        self._weights = Weights(nn.ModuleDict({"net": net, "loss": loss}), options, device, net.brought)
        self.parts = {"net": self._weights}

    def learn(self, batch: Batch, share: float) -> Mapping[str, float]:
        generator = self._weights.begin(share)
        batch = batch.to(self._device)
        with self._weights.stepper.precision():
            features, frames = self._mixes.masked(*self.net.features(batch.samples, batch.lengths), generator)
            vectors, frames = self.net.encode(features, frames)
            self._loss.share = share
            loss = self._loss(vectors, batch.targets, frames, batch.target_lengths).mean()
        self._weights.stepper.take(loss, share)
        return {"loss": float(loss.detach())}

    @torch.no_grad()
    def answers(self, batch: Batch) -> tuple[Tensor, Tensor]:
        with self._weights.answering():
            vectors, frames = self.net(batch.samples.to(self._device), batch.lengths.to(self._device))
            return nn.functional.normalize(vectors.float()).cpu(), frames.cpu()


def read(job: Job) -> Choice:
    """What was given, read and checked. Raises: UsageError."""
    return choice_of(dataclasses.replace(job, question=_CLASSES), HEAD, LOSS)


def run(job: Job) -> Card:
    """Train, export, and find the cosine at which two clips are the same voice. Raises: LearningError for too few voices."""
    job = dataclasses.replace(job, question=_CLASSES)
    choice = read(job)
    use_threads(choice.options.threads)
    options = choice.options
    known, others = names(job.clips["train"]), names(job.clips["valid"])
    for part, voices in (("learn from", known), ("validate on", others)):
        if len(voices) < 2:
            raise LearningError(f"{len(voices)} voices are too few to {part}", fix="Name the key of the voices: --label speaker")
    net = net_of(job, choice, int(choice.parts["head"]["size"]))
    # Parts of training clips, whole validation clips; the voices of both need not be the same.
    truths = tuple(Truth("clip_class", voices, net.hop, options.sample_rate) for voices in (known, others))
    data = data_of(job, choice, (truths[0], truths[1]), None, options.crop or _CROP)
    measure(net, data.train, job, choice)
    trainee = Voices(net, loss_of(choice, len(known), net.plan.outputs), options, device_of(options.device))
    told = f"vectors of {net.plan.outputs}, {len(known)} voices to learn from"
    scores, same = pairs(*fitted(job, choice, trainee, data, METRICS["eer"], told))
    card = _exported(job, choice, net, scores, same)
    if options.int8:
        compact.write(job, card, data)
    return card


def _exported(job: Job, choice: Choice, net: Net, scores: np.ndarray, same: np.ndarray) -> Card:
    """The model folder: graph and card."""
    job.model.mkdir(parents=True, exist_ok=True)
    to_onnx(net, job.model / "model.onnx")
    hours = sum(seconds_of(c) for c in job.clips["train"]) / 3600
    points = {"same_speaker": round(float(threshold_at_eer(scores, same)), 4)}
    wrong = eer(scores, same)
    card = Card(
        name=job.name, role=job.role, kind="onnx", licences=licences_of(job), source="trained with aural",
        sample_rate=choice.options.sample_rate, batch="exact", causal=net.encoder.causal, operating_points=points,
        files={"model.onnx": sha256_of(job.model / "model.onnx")}, seed=choice.options.seed,
        trained_on=f"{len(job.clips['train'])} clips of {len(names(job.clips['train']))} voices, {hours:.2f} hours",
        figures={"valid": {"eer": {"value": wrong, "low": None, "high": None, "n": len(scores)}}},
    )  # fmt: skip
    write_card(card, job.model / "card.json")
    return card


METHOD = Method(Options, read, run, frozenset({("clip", "number")}), any_labels=True)
