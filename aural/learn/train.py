"""From recordings and a question to a model folder: rows are found, checked and split, a method learns, the model is judged."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aural import find
from aural.corpora.manifest import Clip, read_manifest, write_manifest
from aural.corpora.survey import complaint
from aural.errors import LearningError, UsageError
from aural.files import refuse_place, seen
from aural.learn import processes, purpose, report
from aural.learn.gather import gathered, parted
from aural.learn.job import Job, Method
from aural.learn.options import Options
from aural.learn.options import check as check_options
from aural.models.card import Card
from aural.models.card import read as read_card
from aural.progress import Progress, Quiet
from aural.receipts import Receipt
from aural.tasks._task import Task

TRAIN, VALID = "train.jsonl", "valid.jsonl"
_KEPT = ("label", "unit", "consent")  # what need not be said again, beside the options


@dataclass(frozen=True)
class Ask:
    """What is asked of a training. `data` is a folder or manifest of any form that is known; `valid` likewise, where the
    validation clips are given; `method` not set = the verb's own; `label` names the key of the rows that is the answer,
    `unit` that of a number; `given` holds options by name; `said` is a manifest of readings by synthetic voices, which are
    learned from beside or in the place of `data`; `consent` tells by whose leave a voice is made."""

    verb: str
    data: Path | None
    folder: Path
    valid: Path | None = None
    label: str | None = None
    method: str | None = None
    given: Mapping[str, Any] = field(default_factory=dict)
    share: float = 0.2
    seed: int = 0
    resume: bool = False
    force: bool = False
    unit: str = ""
    said: Path | None = None
    corpus: str | None = None
    consent: str = ""


@dataclass(frozen=True, eq=False)
class Trained:
    """What came out: the run folder, the card of the model, and its figures on the validation clips."""

    folder: Path
    card: Card
    receipt: Receipt | None


def train(ask: Ask, progress: Progress | None = None, say: Callable[[str], None] = print) -> Trained:
    """Learn and judge. Raises: UsageError, CorpusError, ManifestError, LearningError, LimitReached, ExtraMissing."""
    shown = progress or Quiet()
    if not processes.first():
        return learned(dataclasses.replace(gone_on(ask), resume=True), None, Quiet(), lambda text: None)
    ask = gone_on(ask)
    check(ask, shown)
    clips = None if ask.resume else parted(ask, gathered(ask, shown, say), say)
    return learned(ask, clips, shown, say)


def check(ask: Ask, progress: Progress | None = None) -> None:
    """What can be known to be wrong before any recording is opened; what is begun with is fetched. Raises: UsageError."""
    if not 0 < ask.share < 1:
        raise UsageError(f"a share of {ask.share:g} cannot be", where="--share", fix="It takes more than 0 and less than 1")
    if ask.resume:
        purpose.check(ask.folder, ask.verb, method_of(ask))
    _prepared(ask, progress or Quiet(), print)
    _folder(ask)


def learned(
    ask: Ask, clips: Mapping[str, list[Clip]] | None, progress: Progress, say: Callable[[str], None], also: Sequence[Clip] = ()
) -> Trained:
    """Learn from clips of both splits and judge; without clips those of the run folder, whose training goes on.

    The labels of the clips in `also` are classes for the judge, too. Raises: as `train`.
    """
    method, job = _prepared(ask, progress, say)
    processes.join()
    if not processes.first():
        processes.wait()  # until the first one has written the split
    if clips is None:
        clips = {"train": read_manifest(ask.folder / TRAIN), "valid": read_manifest(ask.folder / VALID)}
    sad = None if method.any_labels else complaint([*clips["train"], *clips["valid"]], job.question)
    if sad and not ask.force:
        raise LearningError(sad, where=str(ask.data or ask.folder), fix="--force trains all the same")
    # Nothing is written before all is known to be right, so that a mended command finds the folder as it was.
    if not ask.resume:
        note(ask)
        write_manifest(clips["train"], ask.folder / TRAIN)
        write_manifest(clips["valid"], ask.folder / VALID)
    job = dataclasses.replace(job, clips=clips)
    if processes.first():
        processes.wait()
    try:
        card = method.run(job)
    except processes.Finished:
        processes.wait()
        return Trained(ask.folder, read_card(job.model / "card.json"), None)
    progress.close()
    receipt = report.made(job, card, also)
    processes.wait()
    return Trained(ask.folder, card, receipt)


def gone_on(ask: Ask) -> Ask:
    """What is asked, where a training goes on beside what was asked when it was begun. Raises: LearningError."""
    told = purpose.asked(ask.folder) if ask.resume else {}
    if told.get("verb") != ask.verb:
        return ask
    kept = {name: getattr(ask, name) or told[name] for name in _KEPT if name in told}
    return dataclasses.replace(ask, given={**told["given"], **ask.given}, method=ask.method or told["method"], **kept)


def note(ask: Ask) -> None:
    """Write down what is asked, for the run that goes on."""
    asked = {"given": dict(ask.given), **{name: getattr(ask, name) for name in _KEPT}}
    purpose.write(ask.folder, ask.verb, method_of(ask), asked)


def method_of(ask: Ask) -> str:
    """The method by its name: what was asked for, or the verb's own."""
    return ask.method or _task(ask.verb).learned_by


def _prepared(ask: Ask, shown: Progress, say: Callable[[str], None]) -> tuple[Method, Job]:
    """The method and a job without clips, its options read and checked."""
    task = _task(ask.verb)
    name = method_of(ask)
    check_options(ask.given, f"train {ask.verb}")
    method = _method(name)
    question = task.question
    assert question is not None and task.main_role is not None
    if (question.over, question.answer) not in method.answers:
        raise UsageError(f"{name} does not learn what {ask.verb} asks", where="--method")
    if processes.size() > 1 and method.options is not Options:
        raise UsageError(f"{name} learns in one process", where="torchrun", fix="Run it without torchrun")
    given = {"seed": ask.seed, **ask.given}
    job = Job(ask.verb, task.main_role, question, {}, ask.folder, given, shown, say, ask.resume, ask.label, ask.unit, ask.consent)
    method.read(job)
    return method, job


def _task(verb: str) -> Task:
    task: Task = find.page("tasks", verb).TASK
    if task.question is None or task.main_role is None:
        able = [v for v in find.names("tasks") if find.page("tasks", v).TASK.question is not None]
        raise UsageError(f"{verb!r} is not learned", where="train", fix=f"These are: {', '.join(able)}")
    return task


def _method(name: str) -> Method:
    method: Method = find.page("learn/methods", name).METHOD
    return method


def _folder(ask: Ask) -> None:
    """The run folder is new, or the training is resumed. Raises: UsageError."""
    if ask.resume and not seen((ask.folder / TRAIN).is_file):
        raise UsageError("there is no training to resume", where=str(ask.folder), fix="Leave --resume out")
    if seen(ask.folder.is_file):
        raise UsageError("this is a file, and no folder", where=str(ask.folder), fix="Choose another -o")
    refuse_place(ask.folder / TRAIN, "Choose another -o")
    if not ask.resume and ask.folder.exists() and any(ask.folder.iterdir()):
        raise UsageError("this run folder is not empty", where=str(ask.folder), fix="Choose another -o, or go on with --resume")
    if ask.data is None and ask.said is None and not ask.resume:
        raise UsageError("there is nothing to learn from", where="train", fix="Give a folder of label folders, or --manifest FILE")
