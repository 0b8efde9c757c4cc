"""Runs a task over one recording of a command line, and delivers what it answers."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from aural import find, progress
from aural.cli import outputs
from aural.cli.addresses import Target, brought, is_address
from aural.cli.inputs import Input
from aural.cli.main import say
from aural.errors import one_line

if TYPE_CHECKING:
    from aural.cli.runner import Job
    from aural.models.kept import Kept


def keeping(device: str, threads: int, shown: progress.Progress) -> Kept:
    """Models that stay open from one recording to the next: opening them costs as much as 10 s of speech."""
    from aural.models.kept import Kept
    from aural.models.runtime import Runtime

    return Kept(Runtime(device, threads), progress=shown)


@functools.cache
def kept(device: str, threads: int) -> Kept:
    """Those of a process that only hears recordings."""
    return keeping(device, threads, progress.Quiet())


def hear(
    job: Job, one: Input, paths: dict[str, Target], shown: progress.Progress, opened: Callable[[str, str], Any] | None = None
) -> str | bytes:
    """Run the job on one recording, with models of its own or those that `opened` gives; writes its files and gives what is
    to be printed."""
    if one.problem is not None:
        raise one.problem
    from aural.models.runtime import Runtime
    from aural.models.shelf import Shelf
    from aural.tasks import _call

    outputs.refuse_existing(list(paths.values()), job.wish)
    if is_address(one.place):
        with brought(one.place) as path:
            return hear(job, dataclasses.replace(one, place=str(path)), paths, shown, opened)
    task = find.page("tasks", job.verb).TASK
    source = _call.as_source(one.place, shown)
    shelf = Shelf(job.choices, Runtime(job.device, job.threads), shown, opened=opened)
    runner = _split if job.channels == "split" else _call.run
    answer = runner(task, source if job.text is None else (source, job.text), job.options, shelf, shown)
    if task.note is not None and not job.quiet and (line := task.note(answer)):
        shown.close()
        say(f"{one.name}: {line}")
    media = None
    if "html" in job.wish.formats and task.writes is None:
        from aural.tasks import _media

        voices = task.places(source, shelf, job.options, shown) if task.places and answer.turns else None
        media = _media.media(source, answer, voices)
        shown.close()
    return _deliver(job, task, answer, media, paths)


def _split(task: Any, source: Any, options: Any, shelf: Any, shown: progress.Progress) -> Any:
    from aural.tasks import _channels

    return _channels.run_split(task, source, options, shelf, shown)


def _deliver(job: Job, task: Any, answer: Any, media: Any, paths: dict[str, Target]) -> str | bytes:
    if not job.wish.formats:
        return str(task.show(answer))
    made = {name: outputs.render(answer, name, media, job.settings) for name in job.wish.formats}
    if paths:
        for name, data in made.items():
            outputs.put(data, paths[name])
        return "\n".join(one_line(str(paths[name])) for name in made)
    if all(isinstance(data, str) for data in made.values()):
        return "\n".join(str(data).removesuffix("\n") for data in made.values())
    return b"".join(data.encode() if isinstance(data, str) else data for data in made.values())
