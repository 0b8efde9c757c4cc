"""Runs a task that takes two recordings, or a name and recordings, once."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aural.cli import outputs
from aural.cli.inputs import expand
from aural.progress import Progress

if TYPE_CHECKING:
    from aural.cli.runner import Job


def run_single(job: Job, task: Any, args: argparse.Namespace, shown: Progress) -> int:
    """Run the task on all of its inputs together and print or write the one answer."""
    from aural.models.runtime import Runtime
    from aural.models.shelf import Shelf
    from aural.tasks import _call

    places = expand(args.audio) if args.audio else []
    sources: tuple[Any, ...] = tuple(_call.as_source(_open(i.place, i.name, shown)) for i in places)
    inputs = (args.name, sources) if task.takes == "name and source" else sources
    answer = _call.run(task, inputs, job.options, Shelf(job.choices, Runtime(job.device, job.threads), shown), shown)
    if not job.wish.formats:
        print(task.show(answer))
        return 0
    for name in job.wish.formats:
        path = (
            None
            if job.wish.folder in (None, "-")
            else Path(job.wish.folder) / f"{args.command if 'command' in args else job.verb}.{name}"
        )
        if path:
            outputs.refuse_existing([path], job.wish)
        outputs.put(outputs.render(answer, name), path)
    return 0


def _open(place: str, name: str, shown: Progress) -> Any:
    if place.startswith("sample:"):
        from aural.corpora.samples import sample

        return sample(name, shown)
    return "-" if place == "-" else Path(place)
