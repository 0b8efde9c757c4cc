"""Who hears the recording of a job: this server, or one that a front hands it to."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any

from aural import find
from aural.formats import json as result_json
from aural.results import Result
from aural.server.desk import Ask, Desk
from aural.server.ledger import Job
from aural.server.names import aliases_of
from aural.server.uploads import Form
from aural.server.verbs import ask_of, wish_of
from aural.server.watch import Watch
from aural.sound.source import Source
from aural.tasks._written import render

RESULT = "result"  # how an answer is kept that can be written as anything
# What a job gave, from the job, the folder of its files and who watches: (how it is kept, the bytes). Raises: what the task
# raises, Failed, Lost.
Hear = Callable[[Job, Path, Watch], Awaitable[tuple[str, bytes]]]
Brought = Sequence[tuple[str, str, IO[bytes]]]  # files: the field, the name that is shown, the bytes


class Lost(Exception):
    """The server that heard a job is gone: the job is to be heard again."""


class Failed(Exception):
    """A job failed elsewhere; `problem` is the inside of the answer."""

    def __init__(self, problem: Mapping[str, Any]) -> None:
        super().__init__(problem.get("message", ""))
        self.problem = problem


def here(desk: Desk) -> Hear:
    """Jobs are heard by this server, in its threads."""
    aliases = aliases_of(desk.options.alias)

    async def hear(job: Job, folder: Path, watch: Watch) -> tuple[str, bytes]:
        def work() -> tuple[str, bytes]:
            with ExitStack() as stack:
                return heard(desk, question(job.verb, job.fields, brought(job, folder, stack), aliases), job.fields, watch)

        return await desk.work(work, watch)

    return hear


def brought(job: Job, folder: Path, stack: ExitStack) -> Brought:
    """The files of a job, open until the stack is."""
    return [(field, shown, stack.enter_context((folder / str(i)).open("rb"))) for i, (field, shown) in enumerate(job.files)]


def question(verb: str, fields: Mapping[str, tuple[str, ...]], files: Brought, aliases: Mapping[str, str]) -> Ask:
    """What a job asks. Raises: UsageError, ModelMissing."""
    given: dict[str, tuple[Source, ...]] = {}
    for field, shown, file in files:
        given[field] = (*given.get(field, ()), Source(file, shown))
    return ask_of(verb, Form(fields, given), aliases)


def heard(desk: Desk, ask: Ask, fields: Mapping[str, tuple[str, ...]], watch: Watch) -> tuple[str, bytes]:
    """(how it is kept, the bytes) of an answer, worked out here and now."""
    answer = desk.answer(ask, watch)
    if isinstance(answer, Result):
        return RESULT, result_json.write(answer).encode("utf-8", "replace")
    format = wish_of(find.page("tasks", ask.verb).TASK, Form(fields))
    made = render(answer, format, None, {n: t[-1] for n, t in fields.items()})
    return format, made.encode() if isinstance(made, str) else made
