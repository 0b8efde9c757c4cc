"""Learning from labels: the answer is compared with the truth of each clip, and the net moves toward it."""

from __future__ import annotations

from collections import Counter

import numpy as np

from aural import find
from aural.errors import UsageError
from aural.files import sha256_of
from aural.learn import compact, drawn
from aural.learn.export import to_onnx
from aural.learn.fit import Data
from aural.learn.job import Job, Method
from aural.learn.loading import Truth
from aural.learn.methods._parts import data_of, fitted, licences_of, measure, onward, seconds_of
from aural.learn.methods._taught import Taught
from aural.learn.nets import Choice, choice_of, device_of, loss_of, net_of, use_threads
from aural.learn.options import Options
from aural.learn.scores import METRICS
from aural.metrics import calibration
from aural.models.card import Card
from aural.models.card import write as write_card
from aural.nets.cells import CELLS, cell_of
from aural.nets.net import Net

# Effects that move times, and those that move pitches; questions whose answers are pitches.
_MOVING, _TUNING, _TUNED = ("shift", "speed"), ("pitch", "speed"), (("frame", "number"), ("sequence", "set"))


def read(job: Job) -> Choice:
    """What was given, read and checked. Raises: UsageError."""
    choice = choice_of(job)
    _check(job, choice.options)
    return choice


def run(job: Job) -> Card:
    """Train, export, calibrate; the model folder is whole when this returns."""
    choice = read(job)
    use_threads(choice.options.threads)
    labels = _names(job)
    net = net_of(job, choice, len(labels))
    onward(job, {"net.head": net.head}, choice.options.start, labels)
    data = _data(job, choice, net, labels)
    measure(net, data.train, job, choice)
    drawn.write(net, data.train.sound(0).samples[0], choice.options.augment, job.folder / "net.svg")
    trainee = Taught(net, loss_of(choice, len(labels)), choice.options, device_of(choice.options.device))
    told = f"{len(labels)} output{'s' if len(labels) > 1 else ''}"
    answers, targets = fitted(job, choice, trainee, data, METRICS[cell_of(job.question).metric], told)
    card = _exported(job, choice, net, labels, answers, targets)
    if choice.options.int8:
        compact.write(job, card, data)
    return card


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
    timed = over in ("frame", "sequence")
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
    truth = Truth(f"{job.question.over}_{job.question.answer}", labels, net.hop, options.sample_rate)
    weights = balanced([c.label or "" for c in job.clips["train"]], options.balance) if job.question.answer == "class" else None
    return data_of(job, choice, (truth, truth), weights, options.crop)


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
    calibrated: dict[str, float] = {}
    points: dict[str, float] = {}
    told, true = np.concatenate([np.atleast_2d(a) for a in answers]), np.concatenate([np.atleast_2d(t) for t in targets])
    if job.question.answer == "class":
        calibrated["temperature"] = calibration.temperature(told, true)
    elif cell_of(job.question).squash == "sigmoid":
        points = calibration.thresholds(told, true, labels)
    lengths = sorted(seconds_of(c) for c in job.clips["train"])
    card = Card(
        name=job.name, role=job.role, kind="onnx", unit=job.unit,
        licences=licences_of(job), source="trained with aural",
        question=job.question, sample_rate=rate, labels=labels, batch="exact",
        window=None if frames else round(max(0.1, lengths[int(0.95 * (len(lengths) - 1))]), 3),
        hop=net.hop / rate if frames else None, causal=net.encoder.causal, operating_points=points, calibration=calibrated,
        files={"model.onnx": sha256_of(job.model / "model.onnx")}, seed=choice.options.seed,
        trained_on=f"{len(job.clips['train'])} clips, {sum(lengths) / 3600:.2f} hours",
    )  # fmt: skip
    write_card(card, job.model / "card.json")
    return card


METHOD = Method(Options, read, run, frozenset(CELLS) - {("sequence", "class")})
