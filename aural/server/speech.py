"""POST /v1/audio/speech: text to speech through the verb `speak`, where this version has one."""

from __future__ import annotations

from contextlib import AsyncExitStack

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from aural import find, settings
from aural.errors import UsageError
from aural.server.answers import guarded
from aural.server.desk import Ask, Desk
from aural.server.events import gone
from aural.server.names import aliases_of, choices_of
from aural.server.uploads import received
from aural.server.verbs import built
from aural.sound.encode import encode
from aural.tasks._speech import Speech

VERB = "speak"
TYPES = {"mp3": "audio/mpeg", "opus": "audio/ogg", "aac": "audio/aac", "flac": "audio/flac", "wav": "audio/wav", "pcm": "audio/pcm"}
# The service's voices; clients that send one of them get the voice that is usual here.
VOICES = frozenset("alloy ash ballad coral echo fable onyx nova sage shimmer verse marin cedar".split())
MOST = 4096  # characters, as the service has it
PCM = 24_000  # Hz


def routes(desk: Desk) -> list[Route]:
    """The one route."""
    aliases = aliases_of(desk.options.alias)

    async def speech(request: Request) -> Response:
        if VERB not in find.names("tasks"):
            raise HTTPException(501, "this version of aural does not speak yet")
        async with AsyncExitStack() as held:
            held.enter_context(desk.place())
            form = await held.enter_async_context(received(request, desk.options))
            text, format = form.one("input") or "", form.one("response_format", "mp3") or "mp3"
            if not text.strip() or len(text) > MOST:
                raise UsageError(f"input has {len(text)} characters", where="--input", fix=f"It takes 1 to {MOST}")
            if format not in TYPES:
                fix = f"It is one of: {', '.join(TYPES)}"
                raise UsageError(f"there is no format {format!r:.40}", where="--response_format", fix=fix)
            task = find.page("tasks", VERB).TASK
            known = {o.name for o in settings.options_of(task.options)}
            voice = form.one("voice")
            values = {"voice": None if voice in VOICES else voice, "speed": form.one("speed")}
            options = built(task, {name: value for name, value in values.items() if name in known})
            ask = Ask(VERB, text, options, choices_of(task, form.one("model"), form.many("models"), aliases))
            watch = desk.watch()
            body = await desk.work(lambda: coded(desk.answer(ask, watch), format), watch, lambda: gone(request.receive))
        return Response(body, media_type=TYPES[format])

    return [Route("/v1/audio/speech", guarded(speech), methods=["POST"])]


def coded(speech: Speech, format: str) -> bytes:
    """Speech as the bytes of a format; pcm is 16 bits at 24 kHz, mono, without a head."""
    sound = speech.sound
    if format == "pcm":
        wav = encode(sound.mono().resample(PCM), "wav")
        return wav[wav.index(b"data") + 8 :]
    return encode(sound, "m4a" if format == "aac" else format)
