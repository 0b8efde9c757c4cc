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
from aural.errors import UsageError
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
from aural.learn.scores import METRICS
from aural.learn.stepper import Stepper
from aural.learn.trainee import Trainee
from aural.metrics import calibration
from aural.models.card import Card
from aural.models.card import write as write_card
from aural.nets.cells import CELLS, cell_of
from aural.nets.net import Net

# Effects that move times, and those that move pitches; questions whose answers are pitches.
_MOVING, _TUNING, _TUNED = ("shift", "speed"), ("pitch", "speed"), (("frame", "number"), ("sequence", "set"))


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
    labels = _names(job)
    net = net_of(job, choice, len(labels))
    data = _data(job, choice, net, labels)
    measure(net, data.train, job)
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


def _names(job: Job) -> tuple[str, ...]:
    """The names of the outputs; the number of a clip is called by its key."""
    if (job.question.over, job.question.answer) == ("clip", "number") and job.label not in (None, "label"):
        return (str(job.label),)
    page = find.page("learn/targets", f"{job.question.over}_{job.question.answer}")
    found: tuple[str, ...] = page.names(job.clips["train"])
    return found


def _check(job: Job, options: Options) -> None:
    """Raises: UsageError for effects after which the truth of the rows no longer holds."""
    over, answer = job.question.over, job.question.answer
    timed = over == "frame" or (over == "sequence" and answer != "class")
    changed = (*(_MOVING if timed else ()), *(_TUNING if (over, answer) in _TUNED else ()))
    wrong = [name for name in options.augment if name in changed]
    if wrong:
        fix = "Leave it out; noise, room, gain and specaugment keep what the rows tell"
        raise UsageError(
            f"after the effect {wrong[0]!r} the rows of {job.verb} no longer tell the truth", where="--augment", fix=fix
        )


def _data(job: Job, choice: Choice, net: Net, labels: tuple[str, ...]) -> Data:
    """The clips of both splits with their truths on the net's own grid."""
    options = choice.options
    _check(job, options)
    truth = Truth(f"{job.question.over}_{job.question.answer}", labels, net.hop, options.sample_rate)
    weights = balanced([c.label or "" for c in job.clips["train"]], options.balance) if job.question.answer == "class" else None
    change = augment.Effects(options.augment, options.noise, options.rooms) if options.augment else None
    train = Clips(job.clips["train"], options.sample_rate, truth, weights, change=change, crop=options.crop,
                  seed=options.seed, cache=options.cache)  # fmt: skip
    valid = Clips(job.clips["valid"], options.sample_rate, truth, cache=options.cache)
    return Data(train, valid, [seconds_of(c) for c in train.clips], [seconds_of(c) for c in valid.clips])


def balanced(labels: list[str], share: float) -> list[float]:
    """Weights of clips by class, mean 1: share 0 = all alike, 1 = every class counts the same in sum."""
    counts = Counter(labels)
    raw = [(len(labels) / (len(counts) * counts[name])) ** share for name in labels]
    return [w * len(raw) / sum(raw) for w in raw]


Arrays = list[np.ndarray]


def _exported(job: Job, choice: Choice, net: Net, labels: tuple[str, ...], answers: Arrays, targets: Arrays) -> Card:
    """The model folder: graph and card."""
    job.model.mkdir(parents=True, exist_ok=True)
    to_onnx(net, job.model / "model.onnx")
    rate, frames = choice.options.sample_rate, job.question.over != "clip"
    by_ctc = (job.question.over, job.question.answer) == ("sequence", "class")
    calibrated: dict[str, float] = {}
    points: dict[str, float] = {}
    if not by_ctc:
        told, true = np.concatenate([np.atleast_2d(a) for a in answers]), np.concatenate([np.atleast_2d(t) for t in targets])
        if job.question.answer == "class":
            calibrated["temperature"] = calibration.temperature(told, true)
        elif cell_of(job.question).squash == "sigmoid":
            points = calibration.thresholds(told, true, labels)
    lengths = sorted(seconds_of(c) for c in job.clips["train"])
    card = Card(
        name=job.name, role=job.role, kind="ctc" if by_ctc else "onnx", unit=job.unit,
        licences=licences_of(job), source="trained with aural",
        question=job.question, sample_rate=rate, labels=labels, batch="exact",
        window=None if frames else round(max(0.1, lengths[int(0.95 * (len(lengths) - 1))]), 3),
        hop=net.hop / rate if frames else None, causal=net.encoder.causal, operating_points=points, calibration=calibrated,
        files={"model.onnx": sha256_of(job.model / "model.onnx")}, seed=choice.options.seed,
        trained_on=f"{len(job.clips['train'])} clips, {sum(lengths) / 3600:.2f} hours",
    )  # fmt: skip
    write_card(card, job.model / "card.json")
    return card


METHOD = Method(Options, run, frozenset(CELLS))
