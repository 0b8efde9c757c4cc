"""From recordings and a question to a model folder: rows are found, checked and split, a method learns, the model is judged."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aural import find
from aural.corpora.cuts import cut
from aural.corpora.duplicates import near_duplicates, placed, remarks
from aural.corpora.manifest import Clip, read_manifest, write_manifest
from aural.corpora.rows import look
from aural.corpora.split import split
from aural.corpora.survey import complaint, survey
from aural.errors import LearningError, UsageError
from aural.learn import report
from aural.learn.job import Job, Method
from aural.models.card import Card
from aural.progress import Progress, Quiet
from aural.receipts import Receipt
from aural.tasks._task import Task

TRAIN, VALID = "train.jsonl", "valid.jsonl"
_MANY = 50_000  # clips up to which near-duplicates are looked for: about 20 ms each


@dataclass(frozen=True)
class Ask:
    """What is asked of a training. `data` is a folder or manifest of any form that is known; `valid` likewise, where the
    validation clips are given; `method` not set = the verb's own; `label` names the key of the rows that is the answer,
    `unit` that of a number; `given` holds options by name."""

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


@dataclass(frozen=True, eq=False)
class Trained:
    """What came out: the run folder, the card of the model, and its figures on the validation clips."""

    folder: Path
    card: Card
    receipt: Receipt | None


def train(ask: Ask, progress: Progress | None = None, say: Callable[[str], None] = print) -> Trained:
    """Learn and judge. Raises: UsageError, CorpusError, ManifestError, LearningError, LimitReached, ExtraMissing."""
    shown = progress or Quiet()
    task = _task(ask.verb)
    name = ask.method or task.learned_by
    method = _method(name)
    question = task.question
    assert question is not None and task.main_role is not None
    if (question.over, question.answer) not in method.answers:
        raise UsageError(f"{name} does not learn what {ask.verb} asks", where="--method")
    _folder(ask)
    given = {"seed": ask.seed, **ask.given}
    job = Job(ask.verb, task.main_role, question, {}, ask.folder, given, shown, say, ask.resume, ask.label, ask.unit)
    method.read(job)
    clips = _clips(ask, shown, say)
    sad = None if method.any_labels else complaint([*clips["train"], *clips["valid"]], question)
    if sad and not ask.force:
        raise LearningError(sad, where=str(ask.data or ask.folder), fix="--force trains all the same")
    # Nothing is written before all is known to be right, so that a mended command finds the folder as it was.
    if not ask.resume:
        write_manifest(clips["train"], ask.folder / TRAIN)
        write_manifest(clips["valid"], ask.folder / VALID)
    job = dataclasses.replace(job, clips=clips)
    card = method.run(job)
    shown.close()
    return Trained(ask.folder, card, report.made(job, card))


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
    if ask.resume and not (ask.folder / TRAIN).is_file():
        raise UsageError("there is no training to resume", where=str(ask.folder), fix="Leave --resume out")
    if not ask.resume and ask.folder.exists() and any(ask.folder.iterdir()):
        raise UsageError("this run folder is not empty", where=str(ask.folder), fix="Choose another -o, or go on with --resume")
    if ask.data is None and not ask.resume:
        raise UsageError("there is nothing to learn from", where="train", fix="Give a folder of label folders, or --manifest FILE")


def _clips(ask: Ask, shown: Progress, say: Callable[[str], None]) -> dict[str, list[Clip]]:
    """The rows of both splits, checked; those of a resumed run are its own."""
    if ask.resume:
        return {"train": read_manifest(ask.folder / TRAIN), "valid": read_manifest(ask.folder / VALID)}
    assert ask.data is not None
    found = _rows(ask.data, ask, say)
    given = _rows(ask.valid, ask, say) if ask.valid is not None else []
    seen = survey([*found, *given], shown)
    shown.close()
    say(seen.text())
    found, given = seen.kept(found), seen.kept(given)
    if ask.label is not None:
        bare = sum(c.label is None for c in (*found, *given))
        found, given = [c for c in found if c.label is not None], [c for c in given if c.label is not None]
        if bare:
            say(f"note: {bare} clips without {ask.label!r} are left out")
    twins = near_duplicates([*found, *given], shown) if len(found) + len(given) <= _MANY else []
    shown.close()
    parts: Mapping[str, list[Clip]] = {"train": found, "valid": given}
    if not given:
        shares = {"train": 1 - ask.share, "valid": ask.share}
        told = split(found, shares, ask.seed, together=[(t.first, t.second) for t in twins])
        parts = told.clips
        aside = "".join(f", {len(clips)} of {name} left aside" for name, clips in parts.items() if name not in shares)
        say(f"split by {told.by}: {len(parts['train'])} clips to learn from, {len(parts['valid'])} to validate on{aside}")
        for remark in told.remarks:
            say(f"note: {remark}")
    for remark in remarks(placed(twins, parts)):
        say(f"note: {remark}")
    for name in ("train", "valid"):
        if not parts.get(name):
            raise LearningError(f"no clips are left for {name}", where=str(ask.data), fix="Add recordings, or give --valid")
    return {"train": parts["train"], "valid": parts["valid"]}


def _rows(place: Path, ask: Ask, say: Callable[[str], None]) -> list[Clip]:
    """The rows of a place; recordings with labels in time become clips where the question is about clips."""
    found = look(place, ask.label)
    for remark in found.remarks:
        say(f"note: {remark}")
    timed = all(c.events is not None and not c.labels for c in found.clips)
    question = find.page("tasks", ask.verb).TASK.question
    if not timed or question is None or question.over != "clip":
        return found.clips
    parts = cut(found.clips)
    say(f"note: the labels of {len(found.clips)} recordings were cut into {len(parts)} clips")
    return parts
