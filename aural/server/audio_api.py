"""The audio API that client libraries of OpenAI's service speak: transcriptions, translations, models."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from aural import find
from aural.errors import ModelMissing, UsageError
from aural.results import Result, Segment
from aural.server import transcripts
from aural.server.answers import as_json, guarded
from aural.server.desk import Ask, Desk
from aural.server.events import Emit, Events, Gone, gone, relayed
from aural.server.names import aliases_of, choices_of, listed
from aural.server.uploads import Form, received
from aural.server.verbs import built
from aural.server.watch import Watch
from aural.text.languages import code_of

GRAINS = ("segment", "word")


@dataclass(frozen=True)
class Wish:
    """How a transcript is wanted: its format, the times in verbose_json, and whether as events."""

    format: str
    grains: tuple[str, ...]
    stream: bool
    language: str | None


def routes(desk: Desk) -> list[Route]:
    """The routes of the API, but for speech."""
    aliases = aliases_of(desk.options.alias)

    async def models(request: Request) -> Response:
        return as_json({"object": "list", "data": listed(aliases)})

    async def model(request: Request) -> Response:
        name = request.path_params["name"]
        for one in listed(aliases):
            if one["id"] == name:
                return as_json(one)
        raise ModelMissing(f"there is no model {name!r:.80} here", where="--model", fix="GET /v1/models lists what there is")

    return [
        Route("/v1/models", guarded(models), methods=["GET"]),
        Route("/v1/models/{name:path}", guarded(model), methods=["GET"]),
        Route("/v1/audio/transcriptions", _endpoint(desk, aliases, "transcribe"), methods=["POST"]),
        Route("/v1/audio/translations", _endpoint(desk, aliases, "translate"), methods=["POST"]),
    ]


def wish_of(form: Form) -> Wish:
    """What is wanted. Fields that are not used are left alone. Raises: UsageError for a format or times that do not exist."""
    format = form.one("response_format", "json") or "json"
    if format not in transcripts.FORMATS:
        fix = f"It is one of: {', '.join(transcripts.FORMATS)}"
        raise UsageError(f"there is no format {format!r:.40}", where="--response_format", fix=fix)
    grains = form.many("timestamp_granularities")
    if wrong := [g for g in grains if g not in GRAINS]:
        raise UsageError(
            f"there are no times for {wrong[0]!r:.40}", where="--timestamp_granularities", fix="Ask for word or segment"
        )
    stream = form.truth("stream") and format in ("json", "text", "diarized_json")
    return Wish(format, grains or ("segment",), stream, form.one("language"))


def ask_of(form: Form, wish: Wish, work: str, aliases: Mapping[str, str]) -> Ask:
    """The question behind a request: `listen` where speakers are wanted, else `transcribe`."""
    verb = "listen" if wish.format == "diarized_json" else "transcribe"
    task = find.page("tasks", verb).TASK
    languages = form.many("languages")
    values: dict[str, Any] = {"language": wish.language or (languages[0] if len(languages) == 1 else None), "task": work}
    if words := form.many("keywords"):
        values["hotwords"] = ",".join(word.replace(",", " ") for word in words)
    if verb == "listen":
        values["sounds"] = False
    choices = choices_of(task, form.one("model"), form.many("models"), aliases)
    return Ask(verb, form.file(), built(task, values), choices)


def answer(desk: Desk, ask: Ask, watch: Watch, told: Callable[[list[Segment]], None] | None = None) -> Result:
    """The transcript. Where nobody told the language and the usual model doubts that it is its own, the one for many
    languages hears it again: clients of this API expect that a model finds the language out.
    """
    usual = find.page("tasks", ask.verb).TASK.roles["recognizer"]
    found: Result = desk.answer(ask, watch, told)
    if found.language is None and found.segments and ask.options.language is None and ask.choices["recognizer"] == usual:
        again = dataclasses.replace(ask, options=dataclasses.replace(ask.options, language="auto"))
        found = desk.answer(again, watch)
    return found


def _endpoint(desk: Desk, aliases: Mapping[str, str], work: str) -> Any:
    async def reply(request: Request) -> Any:
        held = AsyncExitStack()
        try:
            held.enter_context(desk.place())
            form = await held.enter_async_context(received(request, desk.options))
            wish = wish_of(form)
            code_of(wish.language)
            ask = ask_of(form, wish, work, aliases)
            if wish.stream:
                return Events(_growing(desk, ask, wish), held)
            watch = desk.watch()
            result = await desk.work(lambda: answer(desk, ask, watch), watch, lambda: gone(request.receive))
            body, kind = transcripts.written(result, wish.format, wish.grains, work)
        except BaseException:
            await held.aclose()
            raise
        await held.aclose()
        return Response(body, media_type=kind)

    return guarded(reply)


def _growing(desk: Desk, ask: Ask, wish: Wish) -> Callable[[Emit, Gone], Any]:
    """Sends the text as it settles, then all of it."""

    async def produce(emit: Emit, left: Gone) -> None:
        watch, said = desk.watch(), ""
        async with relayed(lambda: desk.work(lambda: answer(desk, ask, watch, lambda new: tell(new)), watch, left)) as parts:
            tell, events, work = parts
            async for new in events:
                for segment in new:
                    delta = f" {segment.text}" if said else segment.text
                    said += delta
                    await emit({"type": "transcript.text.delta", "delta": delta})
            result = await work
        if not said and result.text:
            await emit({"type": "transcript.text.delta", "delta": result.text})
        if wish.format == "diarized_json":
            for one in transcripts.spoken(result):
                await emit(one)
        done = {"type": "transcript.text.done", "text": result.text, "usage": transcripts.usage(result)}
        await emit(done)

    return produce
