"""The web socket /v1/realtime: transcription sessions as OpenAI's realtime API has them."""

from __future__ import annotations

import base64
import binascii
import itertools
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, final

from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from aural import find
from aural.errors import AuralError, UsageError
from aural.results import Update
from aural.server.answers import told
from aural.server.desk import Desk
from aural.server.hearing import Hearing, samples_of
from aural.server.names import aliases_of, choices_of
from aural.server.stream import rate_of, refusing
from aural.server.verbs import built
from aural.tasks._pace import Pace

_ITEM = "conversation.item.input_audio_transcription"
_NEVER = 3600.0  # s of silence that end a phrase where the client ends its turns by itself
_LISTS = ("keywords", "hotwords")


def routes(desk: Desk) -> list[WebSocketRoute]:
    """The one route."""
    aliases = aliases_of(desk.options.alias)

    async def realtime(socket: WebSocket) -> None:
        offered = socket.scope.get("subprotocols", ())
        await socket.accept(subprotocol="realtime" if "realtime" in offered else None)
        async with refusing(socket, lambda error: {"type": "error", "event_id": "event_error", "error": error}):
            with desk.place():
                await Session(desk, socket, aliases).run()

    return [WebSocketRoute("/v1/realtime", realtime)]


@dataclass(frozen=True)
class Setup:
    """What a session was told: the rate of its 16-bit samples, model, language, and how turns end (`turns` False: by commit)."""

    rate: int = 24_000
    model: str | None = None
    language: str | None = None
    words: tuple[str, ...] = ()
    threshold: float | None = None
    silence: float = 0.5
    turns: bool = True

    def shown(self) -> dict[str, Any]:
        """The session as the client is told of it."""
        detection = {"type": "server_vad", "threshold": self.threshold or 0.5, "silence_duration_ms": round(1000 * self.silence)}
        heard = {
            "format": {"type": "audio/pcm", "rate": self.rate},
            "transcription": {"model": self.model or "whisper-1", "language": self.language},
            "turn_detection": detection if self.turns else None,
        }
        return {"type": "transcription", "object": "realtime.transcription_session", "id": "sess_1", "audio": {"input": heard}}


@final
class Session:
    """One connection."""

    def __init__(self, desk: Desk, socket: WebSocket, aliases: Mapping[str, str]) -> None:
        self._desk, self._socket, self._aliases = desk, socket, aliases
        asked = socket.query_params
        self._setup = Setup(model=asked.get("transcription_model") or asked.get("model"), language=asked.get("language"))
        self._numbers, self._items = itertools.count(1), itertools.count(1)
        self._item = self._next_item()
        self._before: str | None = None
        self._sent: list[str] = []  # words of this item that went out as deltas
        self._hearing: Hearing | None = None

    async def run(self) -> None:
        """Until the client leaves. Raises: what ends the session."""
        await self._send("session.created", session=self._setup.shown())
        try:
            while True:
                await self._handle(await self._message())
        except WebSocketDisconnect:
            return
        finally:
            await self._close(finish=False)

    async def _message(self) -> dict[str, Any]:
        got = await self._socket.receive()
        if got["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(got.get("code", 1000))
        try:
            said = json.loads(got.get("text") or got.get("bytes") or "")
        except (ValueError, RecursionError):
            said = None
        return said if isinstance(said, dict) else {}

    async def _handle(self, said: dict[str, Any]) -> None:
        """Answer one event. What the client got wrong is told, and the session goes on."""
        kind = said.get("type")
        try:
            if kind in ("session.update", "transcription_session.update"):
                await self._update(said.get("session"), str(kind))
            elif kind == "input_audio_buffer.append":
                await (await self._open()).feed(samples_of(_decoded(said.get("audio")), "s16le"))
            elif kind == "input_audio_buffer.commit":
                await (await self._open()).commit()
            elif kind == "input_audio_buffer.clear":
                if self._hearing is not None:
                    self._hearing.clear()
                await self._send("input_audio_buffer.cleared")
            else:
                raise UsageError(f"there is no event {kind!r:.60}", fix="This is a session of transcription")
        except UsageError as error:
            await self._send("error", error={**told(error), "event_id": said.get("event_id")})

    async def _update(self, session: Any, kind: str) -> None:
        setup = setup_of(self._setup, session)
        choices_of(_task(), setup.model, (), self._aliases)
        if setup != self._setup:
            await self._close(finish=True)
        self._setup = setup
        await self._send(kind + "d", session=setup.shown())

    async def _open(self) -> Hearing:
        if self._hearing is None:
            task, setup = _task(), self._setup
            values = {"language": setup.language, "gate": setup.threshold, "hotwords": ",".join(setup.words) or None}
            pace = Pace(every=0.5, pause=setup.silence if setup.turns else _NEVER)
            choices = choices_of(task, setup.model, (), self._aliases)
            self._hearing = Hearing(self._desk, choices, built(task, values), pace, setup.rate, self._told)
            await self._hearing.__aenter__()
        return self._hearing

    async def _close(self, finish: bool) -> None:
        hearing, self._hearing = self._hearing, None
        if hearing is not None:
            try:
                if finish:
                    await hearing.finish()
            except AuralError:
                pass
            finally:
                await hearing.__aexit__()

    async def _told(self, update: Update, lag: float) -> None:
        item = {"item_id": self._item, "content_index": 0}
        if update.kind == "speech_start":
            await self._send(
                "input_audio_buffer.speech_started", item_id=self._item, audio_start_ms=round(1000 * update.span.start)
            )
        elif update.kind == "speech_end":
            await self._send("input_audio_buffer.speech_stopped", item_id=self._item, audio_end_ms=round(1000 * update.span.end))
        elif update.kind == "partial":
            await self._delta(update.text.split()[: update.stable], item)
        elif update.kind == "final":
            await self._send("input_audio_buffer.committed", item_id=self._item, previous_item_id=self._before)
            await self._delta(update.text.split(), item)
            usage = {"type": "duration", "seconds": round(update.span.duration, 3)}
            await self._send(f"{_ITEM}.completed", **item, transcript=update.text, usage=usage, lag=round(lag, 3))
            self._before, self._item, self._sent = self._item, self._next_item(), []

    async def _delta(self, words: list[str], item: dict[str, Any]) -> None:
        """Send the words that follow those that were sent; nothing where the text has turned out otherwise."""
        count = len(self._sent)
        if words[:count] == self._sent and words[count:]:
            delta = (" " if count else "") + " ".join(words[count:])
            self._sent = words
            await self._send(f"{_ITEM}.delta", **item, delta=delta)

    async def _send(self, kind: str, **fields: Any) -> None:
        event = {"type": kind, "event_id": f"event_{next(self._numbers)}", **fields}
        await self._socket.send_text(json.dumps(event, ensure_ascii=False))

    def _next_item(self) -> str:
        return f"item_{next(self._items)}"


def setup_of(before: Setup, session: Any) -> Setup:
    """A session's settings after an update, in today's shape or in the older flat one. Raises: UsageError."""
    if not isinstance(session, dict):
        raise UsageError("session is no object", where="--session")
    audio = _inside(_inside(session, "audio"), "input")
    transcription = _inside(audio, "transcription") or _inside(session, "input_audio_transcription")
    found = before
    if "format" in audio:
        form = audio["format"]
        if isinstance(form, dict) and form.get("type", "audio/pcm") != "audio/pcm":
            raise UsageError(f"there is no format {form.get('type')!r:.40}", where="--format", fix="It is audio/pcm")
        found = replace(found, rate=rate_of(form.get("rate", 24_000) if isinstance(form, dict) else 24_000))
    if session.get("input_audio_format", "pcm16") != "pcm16":
        raise UsageError("there is no such format", where="--input_audio_format", fix="It is pcm16")
    if isinstance(transcription.get("model"), str):
        found = replace(found, model=transcription["model"] or None)
    if isinstance(transcription.get("language"), str):
        found = replace(found, language=transcription["language"] or None)
    for name in _LISTS:
        if isinstance(transcription.get(name), list):
            found = replace(found, words=tuple(str(w).replace(",", " ") for w in transcription[name]))
    for place in (session, audio):
        if "turn_detection" in place:
            found = _turns(found, place["turn_detection"])
    return found


def _turns(setup: Setup, told: Any) -> Setup:
    if told is None:
        return replace(setup, turns=False)
    if not isinstance(told, dict):
        raise UsageError("turn_detection is no object", where="--turn_detection")
    try:
        silence = float(told.get("silence_duration_ms") or 1000 * setup.silence) / 1000
        threshold = float(told.get("threshold") or setup.threshold or 0.5)
    except (TypeError, ValueError):
        raise UsageError("turn_detection holds no numbers", where="--turn_detection") from None
    if not (0.1 <= silence <= 60 and 0 <= threshold <= 1):
        raise UsageError("turn_detection is out of range", where="--turn_detection", fix="100 to 60000 ms, threshold 0 to 1")
    return replace(setup, turns=True, silence=silence, threshold=threshold)


def _inside(value: Any, name: str) -> dict[str, Any]:
    found = value.get(name) if isinstance(value, dict) else None
    return found if isinstance(found, dict) else {}


def _decoded(audio: Any) -> bytes:
    try:
        return base64.b64decode(audio if isinstance(audio, str) else b"-", validate=True)
    except (binascii.Error, ValueError):
        raise UsageError("audio is no base64", where="--audio") from None


def _task() -> Any:
    return find.page("tasks", "transcribe").TASK
