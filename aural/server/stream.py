"""The web socket /v1/stream: bare samples in, updates out, one JSON object a message."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from aural import find, settings
from aural.errors import AuralError, UsageError
from aural.results import Update
from aural.server.answers import report, status_of, told
from aural.server.desk import Desk
from aural.server.hearing import Hearing, samples_of
from aural.server.names import aliases_of, choices_of
from aural.server.verbs import built
from aural.tasks._live import message
from aural.tasks._pace import Pace

FORMS = ("s16le", "f32le")
OWN = "aural"  # the subprotocol's name
_CODES = {429: 1013, 413: 1009, 400: 1008, 404: 1008}
_BYTES = 1 << 20  # of one message: ten seconds of the largest rate


def routes(desk: Desk) -> list[WebSocketRoute]:
    """The one route."""
    aliases = aliases_of(desk.options.alias)

    async def stream(socket: WebSocket) -> None:
        await socket.accept(subprotocol=OWN if OWN in socket.scope.get("subprotocols", ()) else None)
        async with refusing(socket, lambda error: {"type": "error", "error": error}):
            with desk.place():
                await _listen(desk, socket, aliases)

    return [WebSocketRoute("/v1/stream", stream)]


@contextlib.asynccontextmanager
async def refusing(socket: WebSocket, shape: Any) -> Any:
    """A block whose errors are sent in the socket's own shape, and end it with a code that fits."""
    try:
        yield
    except WebSocketDisconnect:
        return
    except Exception as error:
        if not isinstance(error, AuralError | HTTPException):
            report(error)
        with contextlib.suppress(WebSocketDisconnect, RuntimeError, OSError):
            await socket.send_json(shape(told(error)))
            await socket.close(_CODES.get(status_of(error), 1011))


async def _listen(desk: Desk, socket: WebSocket, aliases: Mapping[str, str]) -> None:
    asked = {name: value for name, value in socket.query_params.items() if value}
    rate, form = rate_of(asked.pop("rate", "16000")), asked.pop("form", FORMS[0])
    if form not in FORMS:
        raise UsageError(f"there are no samples of the form {form!r:.20}", where="--form", fix=f"It is one of: {', '.join(FORMS)}")
    task = find.page("tasks", "transcribe").TASK
    choices = choices_of(task, asked.pop("model", None), asked.pop("models", "").split(",") if "models" in asked else (), aliases)
    pace = settings.build(Pace, {o.name: asked.pop(o.name) for o in settings.options_of(Pace) if o.name in asked})

    async def emit(update: Update, lag: float) -> None:
        await socket.send_text(json.dumps({**message(update), "lag": round(lag, 3)}, ensure_ascii=False))

    async with Hearing(desk, choices, built(task, asked), pace, rate, emit) as hearing:
        await socket.send_json({"type": "ready", "rate": rate, "form": form})
        while (data := await _data(socket)) is not None:
            await hearing.feed(samples_of(data, form))
        await hearing.finish()
        await socket.send_json({"type": "end", "seconds": round(hearing.seconds, 3), "dropped": hearing.dropped})
    await socket.close()


async def _data(socket: WebSocket) -> bytes | None:
    """The next piece of sound; None when the client said that no more will come. Raises: UsageError, WebSocketDisconnect."""
    while True:
        got = await socket.receive()
        if got["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(got.get("code", 1000))
        if got.get("bytes") is not None:
            if len(got["bytes"]) > _BYTES:
                raise UsageError(f"a message may have {_BYTES} bytes at most")
            return bytes(got["bytes"])
        try:
            said = json.loads(got.get("text") or "")
        except (ValueError, RecursionError):
            said = None
        if isinstance(said, dict) and said.get("type") == "end":
            return None
        raise UsageError('a text message is {"type": "end"}; sound comes as binary messages')


def rate_of(text: Any) -> int:
    """A sample rate. Raises: UsageError for one that no microphone has."""
    if isinstance(text, int | str) and str(text).isdecimal() and 8000 <= int(text) <= 192_000:
        return int(text)
    raise UsageError(f"{text!r:.20} is no sample rate", where="--rate", fix="It takes 8000 to 192000 Hz")
