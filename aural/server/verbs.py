"""One route for each verb, made from the task and its options: POST /v1/listen, /v1/tag, /v1/diarize ..."""

from __future__ import annotations

import base64
import mimetypes
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from aural import find, settings
from aural.errors import UsageError
from aural.results import Result, Segment
from aural.server.answers import guarded
from aural.server.desk import Ask, Desk
from aural.server.events import Emit, Events, Gone, gone, relayed
from aural.server.names import aliases_of, choices_of
from aural.server.uploads import Form, received
from aural.server.watch import Watch
from aural.tasks import _media
from aural.tasks._written import SOUNDS, check_options, ending, format_names, format_options, render, writable

# What each kind of task takes, as fields of the form; (field, is a recording, may be there several times).
TAKEN: Mapping[str, tuple[tuple[str, bool, bool], ...]] = {
    "source": (("file", True, False),),
    "pair": (("first", True, False), ("second", True, False)),
    "sources": (("file", True, True),),
    "name and source": (("name", False, False), ("file", True, True)),
    "source and text": (("file", True, False), ("text", False, False)),
    "text": (("text", False, False),),
}
HOUSE = ("model", "models", "format", "stream", "response_format")


def verbs() -> tuple[str, ...]:
    """The verbs that have a route: every task whose inputs can come in a form."""
    return tuple(name for name in find.names("tasks") if find.page("tasks", name).TASK.takes in TAKEN)


def offered(task: Any) -> tuple[settings.Option, ...]:
    """The options that may be set from elsewhere: all but those that name files of this machine or leave some there."""
    return tuple(o for o in settings.options_of(task.options) if o.file not in ("named", "left"))


def routes(desk: Desk) -> list[Route]:
    """The routes of all verbs."""
    return [Route(f"/v1/{verb}", _endpoint(desk, verb), methods=["POST"], name=verb) for verb in verbs()]


def ask_of(verb: str, form: Form, aliases: Mapping[str, str]) -> Ask:
    """The question that a form asks. Raises: UsageError (an option that does not exist, with the nearest one), ModelMissing."""
    task = find.page("tasks", verb).TASK
    known = {o.name: o for o in offered(task)}
    fields = {name for name, _, _ in TAKEN[task.takes]}
    values: dict[str, Any] = {}
    for name in form.texts:
        plain = name.removesuffix("[]").replace("-", "_")
        if plain in known:
            values[plain] = form.many(plain) if known[plain].many else form.one(name)
        elif plain not in fields and plain not in HOUSE and plain not in {o.name for o in format_options()}:
            raise settings.unknown(plain, [*known, *fields, *HOUSE[:4]], f"/v1/{verb}")
    choices = choices_of(task, form.one("model"), form.many("models"), aliases)
    return Ask(verb, inputs_of(task.takes, form), built(task, values), choices)


def built(task: Any, values: Mapping[str, Any]) -> Any:
    """A task's options from what was sent: no file of this machine is read, and none is left on it."""
    fitted = {name: value for name, value in values.items() if value is not None}
    for option in settings.options_of(task.options):
        if option.file == "left":
            fitted[option.name] = False
        elif option.file == "maybe" and option.name in fitted:
            fitted[option.name] = f"{fitted[option.name]},"  # a list with a comma is no name of a file
    return settings.build(task.options, fitted)


def inputs_of(takes: str, form: Form) -> Any:
    """The inputs as the task takes them. Raises: UsageError for one that is missing."""
    found: list[Any] = []
    for name, recording, several in TAKEN[takes]:
        if recording and several:
            found.append(form.files.get(name, ()))
        elif recording:
            found.append(form.file(name))
        elif (text := form.one(name)) is None and takes != "name and source":
            raise UsageError(f"the field {name!r} is missing", where=f"--{name}")
        else:
            found.append(text)
    return found[0] if len(found) == 1 else tuple(found)


def wish_of(task: Any, form: Form) -> str:
    """The one format that is asked for, JSON by default. Raises: UsageError."""
    known = writable(task)
    told = form.one("format") or form.one("response_format") or known[0]
    names = format_names(told, task.writes, tuple(name for name in SOUNDS if name in known))
    if len(names) > 1:
        raise UsageError("one answer has one format", where="--format")
    check_options(() if names[0] in SOUNDS else names if task.writes is None else (), {n: t[-1] for n, t in form.texts.items()})
    return names[0]


def written(desk: Desk, ask: Ask, form: Form, format: str, watch: Watch) -> Response:
    """The answer to a question in a format, worked out here and now."""
    return rendered(ask, {n: t[-1] for n, t in form.texts.items()}, format, desk.answer(ask, watch))


def rendered(ask: Ask, given: Mapping[str, str], format: str, answer: Any) -> Response:
    """An answer in a format; a page gets the wave, the spectrogram and the sound as well."""
    task = find.page("tasks", ask.verb).TASK
    # No map of the voices: what was heard of them is not kept here, and hearing them again takes as long as the first time.
    media = _media.media(ask.sources[0], answer) if format == "html" and isinstance(answer, Result) else None
    return Response(render(answer, format, media, given), media_type=type_of(format, task.writes))


def type_of(format: str, writes: tuple[str, ...] | None) -> str:
    """The media type of a format."""
    if format == "vtt":
        return "text/vtt"
    kind = mimetypes.guess_type(f"x.{format}" if format in SOUNDS else f"x{ending(format, writes)}")[0] or "text/plain"
    return kind if kind.startswith(("text/", "image/", "audio/")) or kind == "application/json" else "text/plain"


def _endpoint(desk: Desk, verb: str) -> Any:
    task = find.page("tasks", verb).TASK
    aliases = aliases_of(desk.options.alias)

    async def answer(request: Request) -> Any:
        async with AsyncExitStack() as held:
            held.enter_context(desk.place())
            form = await held.enter_async_context(received(request, desk.options))
            format = wish_of(task, form)
            ask, watch = ask_of(verb, form, aliases), desk.watch()
            if form.truth("stream"):
                return Events(_growing(desk, ask, form, format), held.pop_all())
            return await desk.work(lambda: written(desk, ask, form, format, watch), watch, lambda: gone(request.receive))

    return guarded(answer)


def _growing(desk: Desk, ask: Ask, form: Form, format: str) -> Callable[[Emit, Gone], Any]:
    """Sends how far the work is and the segments that are settled, then the whole answer as a text (bytes as base64)."""

    async def produce(emit: Emit, left: Gone) -> None:
        def step(done: float, total: float | None, stage: str) -> None:
            tell({"type": "progress", "stage": stage, "done": round(done, 3), "total": total and round(total, 3)})

        def told(new: list[Segment]) -> None:
            for segment in new:
                tell({"type": "segment", "start": segment.start, "end": segment.end, "text": segment.text})

        watch = desk.watch(step)

        def job() -> Response:
            return rendered(ask, {n: t[-1] for n, t in form.texts.items()}, format, desk.answer(ask, watch, told))

        async with relayed(lambda: desk.work(job, watch, left)) as (tell, events, work):
            async for event in events:
                await emit(event)
            made = await work
        body = bytes(made.body)
        plain = str(made.media_type).startswith(("text/", "application/json", "image/svg"))
        answer = body.decode("utf-8") if plain else base64.b64encode(body).decode()
        await emit({"type": "done", "format": format, "media_type": made.media_type, "answer": answer})

    return produce
