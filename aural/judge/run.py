"""Runs a task over the clips of a manifest, with the models kept open, and keeps a record of each clip."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field, replace
from functools import cache
from multiprocessing import get_context
from typing import Any

from aural import find, settings
from aural.corpora.manifest import Clip
from aural.errors import AuralError, UsageError
from aural.judge.rooms import Condition
from aural.judge.terms import Names, Terms
from aural.models.runtime import Runtime
from aural.models.shelf import Shelf
from aural.progress import Progress, Quiet
from aural.sound.source import Source

Record = dict[str, Any]
_SLACK = 0.05  # s: a row that is as long as its file means the file, whatever `start` says of its origin


@dataclass(frozen=True)
class Plan:
    """All that a process needs to judge clips: names and options, nothing that is open."""

    verb: str
    choices: Mapping[str, str]
    options: Mapping[str, Any] = field(default_factory=dict)
    terms: Terms = field(default_factory=Terms)
    names: Names = field(default_factory=Names)
    scorers: tuple[str, ...] = ()
    device: str = "auto"
    threads: int = 0
    keys: tuple[str, ...] = ()


def scorers_of(verb: str) -> tuple[str, ...]:
    """The pages of `judge/scorers` that serve a verb. Raises: UsageError when there is none."""
    found = tuple(name for name in find.names("judge/scorers") if verb in scorer(name).VERBS)
    if not found:
        known = sorted({v for name in find.names("judge/scorers") for v in scorer(name).VERBS})
        raise UsageError(f"{verb!r} cannot be evaluated", fix=f"These can: {', '.join(known)}")
    return found


@cache
def scorer(name: str) -> Any:
    """The page of one scorer."""
    return find.page("judge/scorers", name)


def plan(verb: str, clips: Sequence[Clip], choices: Mapping[str, str], given: Mapping[str, Any], terms: Terms) -> Plan:
    """What to run: scorers that fit the clips, the task's options (those that scoring needs, then those given).

    Raises: UsageError when no scorer fits a single row, or for an unknown option.
    """
    pages = scorers_of(verb)
    fitting = tuple(n for n in pages if _asked(n, terms) and any(scorer(n).fits(c, verb) for c in clips))
    if not fitting:
        raise UsageError(f"no row tells what {verb} should answer", fix=_NEEDS.get(verb, "Add the truth to the manifest"))
    options: dict[str, Any] = {}
    known = {o.name for o in settings.options_of(task_of(verb).options)}
    for name in fitting:
        options |= {k: v for k, v in scorer(name).OPTIONS.get(verb, {}).items() if k in known}
    options |= given
    settings.build(task_of(verb).options, options, where=f"aural {verb}")
    return Plan(verb, dict(choices), options, terms, scorers=fitting)


def _asked(name: str, terms: Terms) -> bool:
    """False for a scorer that waits to be asked for by the terms."""
    asked = getattr(scorer(name), "asked", None)
    return asked is None or bool(asked(terms))


_NEEDS = {
    "transcribe": 'Add "text" to the rows',
    "listen": 'Add "text", or "turns" with start, end, speaker and text',
    "diarize": 'Add "rttm" (a file) or "turns" to the rows',
    "detect": 'Add "events": [{"start": 0.5, "end": 1.2, "label": "dog"}]',
}


def task_of(verb: str) -> Any:
    """The task of a verb."""
    return find.page("tasks", verb).TASK


def judge(plan: Plan, clips: Sequence[Clip], condition: Condition, progress: Progress | None = None, jobs: int = 1) -> list[Record]:
    """One record a clip, in the order of the clips; a clip that fails is scored as an empty answer and says why.

    Every record: id, condition, group, seconds, took (s), models, error (None = none), slices, and one part
    for each scorer.
    """
    shown = progress or Quiet()
    stage = f"{plan.verb}, {condition.name}"
    if jobs > 1 and len(clips) > 1:
        return _in_processes(plan, clips, condition, shown, min(jobs, len(clips)))
    records = []
    with Shelf(plan.choices, Runtime(plan.device, plan.threads), shown, keep=True) as shelf:
        for done, clip in enumerate(clips):
            shown.step(done, len(clips), stage, "clips")
            records.append(judge_one(plan, clip, condition, shelf))
        shown.step(len(clips), len(clips), stage, "clips")
    return records


def judge_one(plan: Plan, clip: Clip, condition: Condition, shelf: Any) -> Record:
    """The record of one clip."""
    task = task_of(plan.verb)
    options = settings.build(task.options, plan.options, where=f"aural {plan.verb}")
    answer, failed, seconds = None, None, clip.duration or 0.0
    begun = time.perf_counter()
    try:
        with opened(clip, condition) as source:
            begun = time.perf_counter()
            answer = task.run(source, shelf, options, Quiet())
            seconds = answer.recording.duration or seconds
    except AuralError as error:
        if error.exit_code in (2, 4):
            # a wrong option or a missing model is wrong for every clip
            raise
        failed = str(error)
    record: Record = {
        "id": clip.id,
        "condition": condition.name,
        "group": clip.group or clip.speaker or clip.id,
        "seconds": round(seconds, 3),
        "took": round(time.perf_counter() - begun, 4),
        "models": dict(shelf.made_by),
        "error": failed,
        "slices": {key: clip.value(key) for key in plan.keys},
    }
    for name in plan.scorers:
        if scorer(name).fits(clip, plan.verb):
            record[name] = scorer(name).item(clip, answer, plan.terms, plan.names)
    return record


def opened(clip: Clip, condition: Condition | None = None) -> Source:
    """A clip as a source: the file itself, or the part that the row names, under a condition."""
    whole = Source(clip.audio)
    cut = (bool(clip.start) or clip.duration is not None) and not _is_whole(whole, clip)
    if not cut and (condition is None or condition.clean):
        return whole
    start = clip.start if cut else 0.0
    end = start + clip.duration if cut and clip.duration is not None else None
    sound = whole.load(start=start, end=end)
    if condition is not None and not condition.clean:
        sound = condition.apply(sound, clip.id)
    return Source((sound.samples, sound.sample_rate), name=clip.id)


def _is_whole(source: Source, clip: Clip) -> bool:
    """True when the row's part is the whole file."""
    wanted = clip.duration
    if wanted is None:
        return False

    def same(length: float | None) -> bool:
        return bool(length) and (abs((length or 0.0) - wanted) <= _SLACK or (not clip.start and wanted >= (length or 0.0)))

    # what the header says is enough where it agrees; else the file is read through
    return same(source.encoding.promised) or same(source.recording.duration)


def spread_evenly(clips: Sequence[Any], limit: int | None) -> list[Any]:
    """At most `limit` clips, taken at even steps over the whole list (a manifest is often sorted by speaker)."""
    if limit is None or limit >= len(clips):
        return list(clips)
    if limit < 1:
        raise UsageError(f"--limit is {limit}", fix="It is a number of clips, 1 or more")
    return [clips[k * len(clips) // limit] for k in range(limit)]


def names_of(verb: str, clips: Sequence[Clip], means: Mapping[str, tuple[str, ...]] | None = None) -> Names:
    """The classes that the manifest knows, and what the model calls them."""
    found: set[str] = set()
    if verb == "detect":
        found = {e.label for c in clips for e in c.events or ()}
    elif "labels" in scorers_of(verb):
        found = {t for c in clips for t in scorer("labels").true_labels(c, verb)}
    odd = sorted(set(means or {}) - found)
    if odd:
        raise UsageError(
            f"the manifest has no class {odd[0]!r}", where="--map", fix=f"Its classes: {', '.join(sorted(found)) or 'none'}"
        )
    return Names(verb, tuple(sorted(found)), means)


_SHELF: dict[str, Shelf] = {}


def _in_processes(plan: Plan, clips: Sequence[Clip], condition: Condition, shown: Progress, jobs: int) -> list[Record]:
    """Spawned processes, each with models of its own; one thread each unless told otherwise."""
    # the first clip here: whatever has to be fetched is fetched once, with its progress shown
    with Shelf(plan.choices, Runtime(plan.device, plan.threads), shown, keep=True) as shelf:
        records = {0: judge_one(plan, clips[0], condition, shelf)}
    plan = replace(plan, threads=plan.threads or max(1, (os.cpu_count() or 1) // jobs))
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        waiting = {pool.submit(_in_child, plan, clip, condition): k for k, clip in enumerate(clips) if k}
        try:
            for done, future in enumerate(as_completed(waiting), 2):
                records[waiting[future]] = future.result()
                shown.step(done, len(clips), f"{plan.verb}, {condition.name}", "clips")
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return [records[k] for k in range(len(clips))]


def _in_child(plan: Plan, clip: Clip, condition: Condition) -> Record:
    if not _SHELF:
        _SHELF["open"] = Shelf(plan.choices, Runtime(plan.device, plan.threads), keep=True)
    return judge_one(plan, clip, condition, _SHELF["open"])
