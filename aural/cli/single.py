"""Runs a task that takes two recordings, a name and recordings, or none, once."""

from __future__ import annotations

import argparse
import contextlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aural.cli import outputs
from aural.cli.addresses import Target, brought, is_address
from aural.cli.inputs import Input, expand
from aural.errors import UsageError
from aural.progress import Progress

if TYPE_CHECKING:
    from aural.cli.runner import Job


def run_single(job: Job, task: Any, args: argparse.Namespace, shown: Progress) -> int:
    """Run the task on all of its inputs together and print or write the one answer."""
    from aural.models.runtime import Runtime
    from aural.models.shelf import Shelf
    from aural.tasks import _call

    if args.audio and args.audio.count("-") > 1:
        raise UsageError("standard input holds one recording", where="-", fix="Name the other one as a file")
    places = [_only(text) for text in args.audio] if task.takes == "pair" else expand(args.audio) if args.audio else []
    for problem in (i.problem for i in places if i.problem):
        raise problem
    if is_address(job.wish.folder or str(job.wish.file or "")):
        raise UsageError("this one answer goes to a file of this machine", where="-o", fix="Name a file or a folder here")
    paths = _paths(job, places)
    with contextlib.ExitStack() as stack:
        here = [str(stack.enter_context(brought(i.place))) if is_address(i.place) else i.place for i in places]
        sources: tuple[Any, ...] = tuple(_call.as_source(place, shown) for place in here)
        inputs: Any = (args.name, sources) if task.takes == "name and source" else sources or None
        answer = _call.run(task, inputs, job.options, Shelf(job.choices, Runtime(job.device, job.threads), shown), shown)
    if not job.wish.formats:
        print(task.show(answer))
        return 0
    made = {name: outputs.render(answer, name) for name in job.wish.formats}
    for name, data in made.items():
        outputs.put(data, paths[name])
        if paths[name]:
            print(paths[name])
    return 0


def _paths(job: Job, inputs: Sequence[Input]) -> dict[str, Target | None]:
    """Format -> the file of the one answer; None prints. Raises: UsageError for what cannot be written or may not be replaced."""
    folder = None if job.wish.folder in (None, "-") else Path(job.wish.folder)
    paths = {name: job.wish.file or (folder and folder / f"{job.verb}.{name}") for name in job.wish.formats}
    written = [path for path in paths.values() if path]
    outputs.refuse_targets(written, [i.place for i in inputs])
    outputs.refuse_existing(written, job.wish)
    return paths


def _only(text: str) -> Input:
    """The one recording that `text` names. Raises: UsageError when it names several."""
    found = expand([text])
    if len(found) > 1:
        raise UsageError(f"this names {len(found)} recordings", where=text, fix="Name one")
    return found[0]
