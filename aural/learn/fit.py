"""The one loop: epochs of steps, validation, checkpoints, the best weights kept, time told, and resuming."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, final

import numpy as np
from torch import Tensor

from aural.learn import checkpoint, processes
from aural.learn.loading import Clips, Feed, in_order, order
from aural.learn.log import Shown
from aural.learn.options import Options
from aural.learn.scores import Metric
from aural.learn.trainee import Trainee
from aural.progress import Progress

_TOLD = 50  # steps after which the cost is known well enough to tell it


@dataclass(frozen=True, eq=False)
class Data:
    """The clips of both splits and their lengths (s), as the loop needs them."""

    train: Clips
    valid: Clips
    train_seconds: Sequence[float]
    valid_seconds: Sequence[float]
    files: Sequence[int] = ()

    def plan(self, options: Options, epoch: int) -> list[list[int]]:
        """The batches of an epoch."""
        return order(self.train_seconds, options.batch, options.seed, epoch, self.files)


@dataclass(frozen=True)
class Epoch:
    """What is logged of an epoch: losses, the metric on valid, and seconds since the start of the training."""

    number: int
    losses: Mapping[str, float]
    metric: float
    seconds: float


@dataclass(frozen=True, eq=False)
class Outcome:
    """The best weights, the epoch they are from, and what was logged."""

    weights: Mapping[str, Tensor]
    best: Epoch
    epochs: tuple[Epoch, ...]
    seconds: float
    stopped: str


@dataclass(eq=False)
class _Course:
    """Where a training stands: what a checkpoint holds beside the trainee's state."""

    epoch: int = 0
    step: int = 0
    spent: float = 0.0
    epochs: list[Epoch] = field(default_factory=list)
    weights: dict[str, Tensor] = field(default_factory=dict)
    best: Epoch | None = None
    sums: dict[str, float] = field(default_factory=dict)


@final
class Fit:
    """Trains a trainee on data; `log(name, value, step)` takes scalars, pictures and sounds, `say` takes lines for the user."""

    def __init__(self, trainee: Trainee, data: Data, metric: Metric, options: Options, folder: Path, progress: Progress,
                 log: Callable[[str, float | Shown, int], None], say: Callable[[str], None]) -> None:  # fmt: skip
        self._trainee, self._data, self._metric, self._options = trainee, data, metric, options
        self._folder, self._progress, self._log, self._say = folder / "checkpoints", progress, log, say
        self._course = _Course()
        self._feed = Feed(data.train, options.workers)
        self._begun = self._saved = time.monotonic()
        per_epoch = len(data.plan(options, 0))
        self._steps = per_epoch * options.epochs

    def run(self, resume: bool = False) -> Outcome:
        """Train to the end. Raises: LearningError (diverged, a checkpoint that does not fit), LimitReached (disk)."""
        if resume:
            self._resume()
        course, options = self._course, self._options
        stopped = "all epochs done"
        self._saved = time.monotonic()
        self._begun = self._saved - course.spent
        while course.epoch < options.epochs:
            # Asked before an epoch, so that a training that was killed behind its last one learns no more, either.
            waited = course.epoch - 1 - next((e.number for e in course.epochs if course.best and e.metric == course.best.metric), 0)
            if options.patience and waited >= options.patience:
                stopped = f"no better validation for {waited} epochs"
                break
            if not self._epoch():
                # The rate has fallen to its end by now: these weights are often the best ones.
                self._validate()
                stopped = "time is up"
                break
        assert course.best is not None
        self._save()
        return Outcome(course.weights, course.best, tuple(course.epochs), self._spent(), stopped)

    def _epoch(self) -> bool:
        """One epoch, or what is left of it; False when the time ran out in it."""
        course, options = self._course, self._options
        plan = self._data.plan(options, course.epoch)
        done = course.step - course.epoch * len(plan)
        for batch in self._feed.batches(plan[done:], course.epoch):
            share = self._share()
            for name, value in self._trainee.learn(batch, share).items():
                course.sums[name] = course.sums.get(name, 0.0) + value
                self._log(f"train/{name}", value, course.step)
            self._trainee.level()
            course.step += 1
            self._tell()
            due, late = (bool(x) for x in processes.same([time.monotonic() - self._saved > options.checkpoint * 60, self._late()]))
            if due:
                self._save()
            if late:
                return False
        self._validate()
        course.epoch += 1
        return True

    def _share(self) -> float:
        """The part of the training that is done: by steps, or by time where the time is the tighter bound."""
        by_steps = self._course.step / max(self._steps, 1)
        return max(by_steps, self._spent() / 60 / self._options.minutes) if self._options.minutes else by_steps

    def _late(self) -> bool:
        return self._options.minutes is not None and self._spent() >= self._options.minutes * 60

    def _spent(self) -> float:
        return time.monotonic() - self._begun

    def _tell(self) -> None:
        course = self._course
        best = "" if course.best is None else f"  best {self._metric.name} {course.best.metric:.3f}"
        self._progress.step(course.step, self._steps, f"epoch {course.epoch + 1} of {self._options.epochs}{best}", "steps")
        if course.step == _TOLD and self._steps > 2 * _TOLD:
            each = self._spent() / _TOLD
            most = min(each * self._steps / 60, self._options.minutes or float("inf"))
            self._say(f"{each:.2f} s a step: at most {most:.0f} minutes for {self._options.epochs} epochs")

    def _validate(self) -> None:
        course = self._course
        steps = max(1, course.step - course.epoch * len(self._data.plan(self._options, course.epoch)))
        answers, targets = answered(self._trainee, self._data.valid, self._data.valid_seconds, self._options)
        value = self._metric.of(answers, targets)
        losses = {n: v / steps for n, v in course.sums.items()}
        epoch = Epoch(course.epoch, losses, value, round(self._spent(), 3))
        course.epochs.append(epoch)
        course.sums = {}
        self._log(f"valid/{self._metric.name}", value, course.step)
        for name, shown in self._trainee.seen.items():
            self._log(f"valid/{name}", shown, course.step)
        # Of equals the later one: small sets have many, and the rate has fallen further. Patience counts from the first of them.
        if course.best is None or value == course.best.metric or self._metric.better(value, course.best.metric):
            course.best, course.weights = epoch, self._trainee.weights()

    def _save(self) -> None:
        course = self._course
        self._saved = time.monotonic()
        if not processes.first():
            return
        tensors, plain = checkpoint.merged({"trainee": self._trainee.state(), "best": (course.weights, {})})
        plain["course"] = {
            "epoch": course.epoch, "step": course.step, "spent": self._spent(), "sums": course.sums,
            "epochs": [_plain(e) for e in course.epochs], "best": _plain(course.best) if course.best else None,
        }  # fmt: skip
        checkpoint.save(self._folder, course.step, tensors, plain)

    def _resume(self) -> None:
        found = checkpoint.load(self._folder)
        if found is None:
            self._say("there is no checkpoint yet: the training begins anew")
            return
        tensors, plain = found
        self._trainee.restore(checkpoint.part(tensors, "trainee"), plain["trainee"])
        told = plain["course"]
        self._course = _Course(
            told["epoch"], told["step"], told["spent"], [Epoch(**e) for e in told["epochs"]],
            checkpoint.part(tensors, "best"), Epoch(**told["best"]) if told["best"] else None, told["sums"],
        )  # fmt: skip


def _plain(epoch: Epoch) -> dict[str, Any]:
    return {"number": epoch.number, "losses": dict(epoch.losses), "metric": epoch.metric, "seconds": epoch.seconds}


def answered(
    trainee: Trainee, clips: Clips, seconds: Sequence[float], options: Options
) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Answers and targets of every clip, in the order of the clips, real frames alone."""
    answers: dict[int, np.ndarray] = {}
    targets: dict[int, np.ndarray] = {}
    for batch in Feed(clips).batches(in_order(seconds, options.batch), -1):
        told, frames = trainee.answers(batch)
        for row, index in enumerate(batch.index.tolist()):
            answers[index] = told[row].numpy() if told.dim() == 2 else told[row, : int(frames[row])].numpy()
            targets[index] = batch.targets[row, : int(batch.target_lengths[row])].numpy()
    answers, targets = processes.gathered(answers), processes.gathered(targets)
    return [answers[i] for i in range(len(clips))], [targets[i] for i in range(len(clips))]
