"""Learning from labels: the answer is compared with the truth of each clip, and the net moves toward it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any, final

import numpy as np
import torch
from torch import Tensor

from aural import find
from aural.corpora.manifest import Clip
from aural.files import sha256_of, write_text
from aural.learn import augment, checkpoint
from aural.learn.export import to_onnx
from aural.learn.fit import Data, Fit, answered
from aural.learn.job import Job, Method
from aural.learn.loading import Batch, Clips, Draw, Truth
from aural.learn.log import Log
from aural.learn.losses._face import Loss
from aural.learn.nets import Choice, choice_of, device_of, loss_of, net_of, plain
from aural.learn.options import Options
from aural.learn.scores import METRICS
from aural.learn.stepper import Stepper
from aural.learn.trainee import Trainee
from aural.metrics import calibration
from aural.models.card import Card, Licences
from aural.models.card import write as write_card
from aural.nets.cells import CELLS, cell_of
from aural.nets.net import Net

_MEASURED = 400  # clips: enough for a mean and a spread


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
            targets = self._scaled(batch.targets)
            each = self._loss(logits, targets, frames, batch.target_lengths)
        loss = (each * batch.weights).sum() / batch.weights.sum().clamp(min=1e-6)
        self._stepper.take(loss, share)
        return {"loss": float(loss.detach())}

    def _scaled(self, targets: Tensor) -> Tensor:
        """Numbers on the scale on which they are learned; anything else as it is."""
        return (targets - self.net.center) / self.net.spread if cell_of(self.net.plan.question).squash == "scale" else targets

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


def run(job: Job) -> Card:
    """Train, export, calibrate; the model folder is whole when this returns."""
    choice = choice_of(job)
    options = choice.options
    if options.threads:
        torch.set_num_threads(options.threads)
    cell = f"{job.question.over}_{job.question.answer}"
    page = find.page("learn/targets", cell)
    labels = page.names(job.clips["train"])
    net = net_of(job, choice, len(labels))
    data = _data(job, choice, net, labels)
    _measure(net, data.train, job)
    trainee = Supervised(net, loss_of(choice, len(labels)), options, device_of(options.device))
    write_text(job.folder / "options.json", json.dumps(plain(choice), indent=1, sort_keys=True) + "\n")
    metric = METRICS[cell_of(job.question).metric]
    size = sum(p.numel() for p in net.parameters())
    job.say(f"{options.encoder} with {size:,} parameters, {len(labels)} output{'s' if len(labels) > 1 else ''}")
    with Log(job.folder) as log:
        outcome = Fit(trainee, data, metric, options, job.folder, job.progress, log.scalar, job.say).run(job.resume)
    job.progress.close()
    job.say(f"stopped after {len(outcome.epochs)} epochs ({outcome.stopped}), {outcome.seconds / 60:.1f} minutes; "
            f"best valid {metric.name} {outcome.best.metric:.4f} in epoch {outcome.best.number + 1}")  # fmt: skip
    trainee.settle(outcome.weights)
    answers, targets = answered(trainee, data.valid, data.valid_seconds, options)
    write_text(job.folder / "epochs.json", json.dumps([vars(e) for e in outcome.epochs], default=dict, sort_keys=True) + "\n")
    return _exported(job, choice, net, labels, answers, targets)


def _data(job: Job, choice: Choice, net: Net, labels: tuple[str, ...]) -> Data:
    """The clips of both splits with their truths on the net's own grid."""
    options = choice.options
    truth = Truth(f"{job.question.over}_{job.question.answer}", labels, net.hop, options.sample_rate)
    weights = balanced([c.label or "" for c in job.clips["train"]], options.balance) if job.question.answer == "class" else None
    change = augment.Effects(options.augment, options.noise, options.rooms) if options.augment else None
    train = Clips(job.clips["train"], options.sample_rate, truth, weights, change=change, crop=options.crop,
                  seed=options.seed, cache=options.cache)  # fmt: skip
    valid = Clips(job.clips["valid"], options.sample_rate, truth, cache=options.cache)
    return Data(train, valid, [_seconds(c) for c in train.clips], [_seconds(c) for c in valid.clips])


def _seconds(clip: Clip) -> float:
    return clip.duration or 1.0


def balanced(labels: list[str], share: float) -> list[float]:
    """Weights of clips by class, mean 1: share 0 = all alike, 1 = every class counts the same in sum."""
    counts = Counter(labels)
    raw = [(len(labels) / (len(counts) * counts[name])) ** share for name in labels]
    return [w * len(raw) / sum(raw) for w in raw]


@torch.no_grad()
def _measure(net: Net, clips: Clips, job: Job) -> None:
    """Mean and spread of the features over at most 400 training clips; numbers get their own scale."""
    chosen = sorted(np.random.default_rng(0).permutation(len(clips))[:_MEASURED].tolist())
    total, squares, count = torch.zeros(net.frontend.width), torch.zeros(net.frontend.width), 0
    for index in chosen if not net.frontend.learned else ():
        samples = torch.from_numpy(clips.sound(index).samples)
        x, frames = net.frontend(samples, torch.tensor([samples.shape[1]]))
        total, squares, count = total + x.sum((0, 1)), squares + (x * x).sum((0, 1)), count + int(frames[0])
    if count:
        net.standard.measure(total, squares, count)
    if job.question.answer == "number" and cell_of(job.question).squash == "scale":
        values = np.concatenate([clips[Draw(i, -1)].target.reshape(-1, net.plan.outputs) for i in range(len(clips))])
        net.center.copy_(torch.from_numpy(np.nanmean(values, axis=0)))
        net.spread.copy_(torch.from_numpy(np.maximum(np.nanstd(values, axis=0), 1e-6)))


Arrays = list[np.ndarray]


def _exported(job: Job, choice: Choice, net: Net, labels: tuple[str, ...], answers: Arrays, targets: Arrays) -> Card:
    """The model folder: graph and card."""
    job.model.mkdir(parents=True, exist_ok=True)
    to_onnx(net, job.model / "model.onnx")
    rate, frames = choice.options.sample_rate, job.question.over != "clip"
    told, true = np.concatenate([np.atleast_2d(a) for a in answers]), np.concatenate([np.atleast_2d(t) for t in targets])
    calibrated: dict[str, float] = {}
    points: dict[str, float] = {}
    if job.question.answer == "class" and job.question.over != "sequence":
        calibrated["temperature"] = calibration.temperature(told, true)
    elif cell_of(job.question).squash == "sigmoid":
        points = calibration.thresholds(told, true, labels)
    lengths = sorted(_seconds(c) for c in job.clips["train"])
    card = Card(
        name=job.name, role=job.role, kind="onnx", licences=_licences(job), source="trained with aural",
        question=job.question, sample_rate=rate, labels=labels, batch="exact",
        window=None if frames else round(max(0.1, lengths[int(0.95 * (len(lengths) - 1))]), 3),
        hop=net.hop / rate if frames else None, causal=net.encoder.causal, operating_points=points, calibration=calibrated,
        files={"model.onnx": sha256_of(job.model / "model.onnx")}, seed=choice.options.seed,
        trained_on=f"{len(job.clips['train'])} clips, {sum(lengths) / 3600:.2f} hours",
    )  # fmt: skip
    write_card(card, job.model / "card.json")
    return card


def _licences(job: Job) -> Licences:
    """The weights are the user's own; the licences of the clips are told as far as the rows tell them."""
    told = sorted({c.licence for part in job.clips.values() for c in part if c.licence})
    return Licences("Apache-2.0", "as the data allow", ", ".join(told) or "unknown", None, "the rows of the manifest")


METHOD = Method(Options, run, frozenset(CELLS))
