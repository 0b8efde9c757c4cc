"""Turns a task page into a Python function: `aural.listen("talk.m4a").text`."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from aural import find, settings
from aural.corpora.samples import sample
from aural.errors import UsageError
from aural.models.runtime import Runtime
from aural.models.shelf import Shelf
from aural.progress import Callback, Progress, Quiet
from aural.sound.source import Source
from aural.tasks._task import Task

_HOUSE = ("model", "models", "device", "threads", "on_progress")
_INPUTS: dict[str, tuple[str, ...]] = {
    "source": ("audio",),
    "pair": ("first", "second"),
    "sources": ("audio",),
    "name and source": ("name", "audio"),
    "source and text": ("audio", "text"),
    "text": ("text",),
    "codes": ("codes",),
}


class Verb:
    """A task as a function. Inputs are paths, bytes, file objects, arrays with a rate, or Sounds.

    Beside the task's options it takes `model` (of the task's main role), `models` (role -> model),
    `device`, `threads` (0 = all cores) and `on_progress(done, total, stage)`.
    Raises: any AuralError; an unknown option names the nearest known one.
    """

    def __init__(self, name: str, task: Task, doc: str) -> None:
        self.__name__, self._task = name, task
        self.__doc__ = doc
        self.__signature__ = _signature(task)

    def __call__(self, *inputs: Any, **options: Any) -> Any:
        inputs += tuple(options.pop(n) for n in _INPUTS[self._task.takes][len(inputs) :] if n in options)
        house = {name: options.pop(name) for name in _HOUSE if name in options}
        chosen: Any = settings.build(self._task.options, options, where=f"aural.{self.__name__}")
        on_progress: Callable[[float, float | None, str], None] | None = house.get("on_progress")
        if on_progress is not None and not callable(on_progress):
            raise UsageError("on_progress is no function", where=f"aural.{self.__name__}", fix="Give f(done, total, stage)")
        progress = Callback(on_progress) if on_progress else Quiet()
        runtime = Runtime(house.get("device", "auto"), house.get("threads", 0))
        choices = choose(self._task, house.get("model"), house.get("models"))
        by_name = named(self._task, house.get("model"), house.get("models"))
        return run(self._task, self._sources(inputs), chosen, Shelf(choices, runtime, progress, named=by_name), progress)

    def __repr__(self) -> str:
        return f"<aural.{self.__name__}{self.__signature__}>"

    def _sources(self, inputs: tuple[Any, ...]) -> Any:
        wanted = _INPUTS[self._task.takes]
        if self._task.takes == "sources":
            return tuple(as_source(x) for x in inputs)
        if not inputs and self._task.spare:
            return None  # the task tells where nothing stands in the recording's place
        if len(inputs) != len(wanted):
            where = f"aural.{self.__name__}"
            if len(inputs) == 2 and len(wanted) == 1 and isinstance(inputs[1], int):
                raise UsageError("samples and their rate are one input", where=where, fix="Write ((samples, rate))")
            raise UsageError(f"it takes {' and '.join(wanted)}, and got {len(inputs) or 'nothing'}", where=where)
        spared = self._task.takes == "name and source"  # a book is listed, merged and pruned without a recording
        if self._task.takes == "name and source" and not isinstance(inputs[0], str | None):
            raise UsageError(f"a name is a text, not {inputs[0]!r:.40}", where=f"aural.{self.__name__}")
        opened = tuple(
            as_source(x) if name in ("audio", "first", "second") and not (spared and x is None) else x
            for name, x in zip(wanted, inputs, strict=True)
        )
        return opened[0] if len(opened) == 1 else opened


@cache
def verb(name: str) -> Verb:
    """The function of a task page."""
    page = find.page("tasks", name)
    return Verb(name, page.TASK, page.__doc__ or "")


def choose(task: Task, model: str | None, models: Mapping[str, str] | None = None) -> dict[str, str]:
    """Role -> model name: the task's defaults, `model` for its main role, `models` for any.

    Raises: UsageError for a role that the task does not have, a model for a task without one, or two for one role.
    """
    chosen = dict(task.roles)
    if models is not None and not isinstance(models, Mapping):
        raise UsageError("models maps a role to a model", where="models", fix='Write it as {"vad": "silero-vad"}')
    for role, name in (models or {}).items():
        if role not in chosen:
            fix = f"Roles: {', '.join(sorted(chosen)) or 'none'}"
            raise UsageError(f"this verb opens no model as {role!r}", where="models", fix=fix)
        chosen[role] = _named(name)
    if model is not None:
        if task.main_role is None:
            raise UsageError("this verb uses no model", where="--model")
        name = _named(model)
        role = task.part(name) if task.part is not None else task.main_role
        if role in (models or {}) and chosen[role] != name:
            what = f"-m {name} and --models {role}={chosen[role]} both name the {role.replace('_', ' ')}"
            raise UsageError(what, where="--model", fix="Leave one of them out")
        chosen[role] = name
    return chosen


def named(task: Task, model: str | None, models: Mapping[str, str] | None = None) -> set[str]:
    """The roles whose model is given by name, as `choose` takes them."""
    part = (task.part(_named(model)) if task.part is not None else task.main_role) if model is not None else None
    return {*(models or {}), *([part] if part else [])}


def _named(model: Any) -> str:
    if not isinstance(model, str | os.PathLike) or not str(model).strip():
        raise UsageError(f"{model!r:.80} is no name of a model", where="model", fix="`aural models` lists them")
    return str(model)


def run(task: Task, inputs: Any, options: Any, shelf: Shelf, progress: Progress) -> Any:
    """Run a task and leave the progress display clean."""
    try:
        return task.run(inputs, shelf, options, progress)
    finally:
        progress.close()


def as_source(x: Any, progress: Progress | None = None) -> Source:
    """A Source from whatever holds a recording, `sample:NAME` too; a Source is passed through."""
    if isinstance(x, str) and x.startswith("sample:"):
        return Source(sample(x.removeprefix("sample:"), progress))
    return x if isinstance(x, Source) else Source(x)


def _signature(task: Task) -> inspect.Signature:
    many = task.takes == "sources"
    kind = inspect.Parameter.VAR_POSITIONAL if many else inspect.Parameter.POSITIONAL_ONLY
    missing = None if task.spare else inspect.Parameter.empty
    parameters = [inspect.Parameter(name, kind, default=missing) for name in _INPUTS[task.takes]]
    keyword = inspect.Parameter.KEYWORD_ONLY
    parameters += [inspect.Parameter(o.name, keyword, default=o.default) for o in settings.options_of(task.options)]
    taken = {p.name for p in parameters}
    house = {"model": None, "models": None, "device": "auto", "threads": 0, "on_progress": None}
    parameters += [inspect.Parameter(n, keyword, default=d) for n, d in house.items() if n not in taken]
    return inspect.Signature(parameters)
