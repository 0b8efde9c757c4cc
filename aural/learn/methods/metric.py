"""Learning vectors in which clips of one voice lie close: classes are told apart with a margin of their angles.

What is learned are the vectors; the classes of the training are thrown away, and clips of other voices are compared by cosine.
The loss is a page of learn/losses for vectors: aam_softmax, or `--loss ge2e`.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from typing import Any, final

import numpy as np
import torch
from torch import Tensor, nn

from aural.errors import LearningError
from aural.files import sha256_of, write_text
from aural.learn import augment, checkpoint
from aural.learn.export import to_onnx
from aural.learn.fit import Data, Fit, answered
from aural.learn.job import Job, Method
from aural.learn.loading import Batch, Clips, Truth
from aural.learn.log import Log
from aural.learn.losses._face import Loss
from aural.learn.methods._parts import licences_of, measure, seconds_of
from aural.learn.nets import Choice, choice_of, device_of, loss_of, net_of, plain
from aural.learn.options import Options
from aural.learn.scores import METRICS, pairs
from aural.learn.stepper import Stepper
from aural.learn.targets.clip_class import names
from aural.learn.trainee import Trainee
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

    def __init__(self, net: Net, loss: Loss, options: Options, device: torch.device) -> None:
        self.net, self._device, self._options = net.to(device), device, options
        self._loss = loss.to(device)
        self._mixes, self._steps = augment.Mixes.of(options.augment), 0
        self._module = nn.ModuleDict({"net": self.net, "loss": self._loss})
        self._stepper = Stepper(self._module, options, device)

    def learn(self, batch: Batch, share: float) -> Mapping[str, float]:
        generator = torch.Generator().manual_seed(self._options.seed * 1_000_003 + self._steps)
        torch.manual_seed(self._options.seed * 1_000_003 + self._steps)
        self._steps += 1
        self._module.train()
        batch = batch.to(self._device)
        with self._stepper.precision():
            features, frames = self.net.features(batch.samples, batch.lengths)
            if self._mixes.specaugment:
                features = augment.specaugment(features, frames, generator)
            vectors, frames = self.net.encode(features, frames)
            self._loss.share = share
            loss = self._loss(vectors, batch.targets, frames, batch.target_lengths).mean()
        self._stepper.take(loss, share)
        return {"loss": float(loss.detach())}

    @torch.no_grad()
    def answers(self, batch: Batch) -> tuple[Tensor, Tensor]:
        self._module.eval()
        kept = {n: t.clone() for n, t in self._module.state_dict().items()} if self._stepper.averaged else None
        if kept is not None:
            self._module.load_state_dict(self._stepper.averaged)
        vectors, frames = self.net(batch.samples.to(self._device), batch.lengths.to(self._device))
        if kept is not None:
            self._module.load_state_dict(kept)
        return nn.functional.normalize(vectors.float()).cpu(), frames.cpu()

    def weights(self) -> dict[str, Tensor]:
        found = self._stepper.averaged or self._module.state_dict()
        return {n: t.detach().cpu().clone() for n, t in found.items()}

    def settle(self, weights: Mapping[str, Tensor]) -> None:
        self._module.load_state_dict(dict(weights))
        self._module.eval()

    def state(self) -> tuple[dict[str, Tensor], dict[str, Any]]:
        return checkpoint.merged({"module": (self._module.state_dict(), {"steps": self._steps}), "stepper": self._stepper.state()})

    def restore(self, tensors: Mapping[str, Tensor], plain: Mapping[str, Any]) -> None:
        checkpoint.fitted(self._module, checkpoint.part(tensors, "module"), "--resume")
        self._stepper.restore(checkpoint.part(tensors, "stepper"), plain["stepper"])
        self._steps = int(plain["module"]["steps"])


def run(job: Job) -> Card:
    """Train, export, and find the cosine at which two clips are the same voice. Raises: LearningError for too few voices."""
    job = dataclasses.replace(job, question=_CLASSES)
    choice = choice_of(job, HEAD, LOSS)
    options = choice.options
    if options.threads:
        torch.set_num_threads(options.threads)
    known, others = names(job.clips["train"]), names(job.clips["valid"])
    for part, voices in (("learn from", known), ("validate on", others)):
        if len(voices) < 2:
            raise LearningError(f"{len(voices)} voices are too few to {part}", fix="Name the key of the voices: --label speaker")
    net = net_of(job, choice, int(choice.parts["head"]["size"]))
    data = _data(job, choice, net, known, others)
    measure(net, data.train, job)
    trainee = Voices(net, loss_of(choice, len(known), net.plan.outputs), options, device_of(options.device))
    write_text(job.folder / "options.json", json.dumps(plain(choice), indent=1, sort_keys=True) + "\n")
    size = sum(p.numel() for p in net.parameters())
    job.say(f"{options.encoder} with {size:,} parameters, vectors of {net.plan.outputs}, {len(known)} voices to learn from")
    metric = METRICS["eer"]
    with Log(job.folder) as log:
        outcome = Fit(trainee, data, metric, options, job.folder, job.progress, log.scalar, job.say).run(job.resume)
    job.progress.close()
    job.say(f"stopped after {len(outcome.epochs)} epochs ({outcome.stopped}), {outcome.seconds / 60:.1f} minutes; "
            f"best valid {metric.name} {outcome.best.metric:.4f} in epoch {outcome.best.number + 1}")  # fmt: skip
    trainee.settle(outcome.weights)
    scores, same = pairs(*answered(trainee, data.valid, data.valid_seconds, options))
    write_text(job.folder / "epochs.json", json.dumps([vars(e) for e in outcome.epochs], default=dict, sort_keys=True) + "\n")
    return _exported(job, choice, net, scores, same)


def _data(job: Job, choice: Choice, net: Net, known: tuple[str, ...], others: tuple[str, ...]) -> Data:
    """Parts of training clips, whole validation clips; the voices of both need not be the same."""
    options = choice.options
    change = augment.Effects(options.augment, options.noise, options.rooms) if options.augment else None
    truths = (Truth("clip_class", v, net.hop, options.sample_rate) for v in (known, others))
    train = Clips(job.clips["train"], options.sample_rate, next(truths), change=change, crop=options.crop or _CROP,
                  seed=options.seed, cache=options.cache)  # fmt: skip
    valid = Clips(job.clips["valid"], options.sample_rate, next(truths), cache=options.cache)
    return Data(train, valid, [seconds_of(c) for c in train.clips], [seconds_of(c) for c in valid.clips])


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


METHOD = Method(Options, run, frozenset({("clip", "number")}), any_labels=True)
