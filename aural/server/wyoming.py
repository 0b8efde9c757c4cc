"""Home automation: Wyoming over TCP, with describe, transcribe, synthesize and detect as the tasks allow."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any, final
from urllib.parse import urlsplit

import numpy as np
from starlette.exceptions import HTTPException

from aural import __version__, find
from aural.errors import AuralError, DataError, UsageError
from aural.models import store
from aural.results import Update
from aural.server.answers import report, told
from aural.server.desk import Desk
from aural.server.detecting import Detector, phrases
from aural.server.events import relayed
from aural.server.hearing import Hearing
from aural.server.names import aliases_of, choices_of
from aural.server.verbs import built
from aural.server.wyoming_wire import LINE, Event, read, write
from aural.tasks import _speaking
from aural.tasks._pace import Pace

PORT = 10300  # by habit
_CHUNK = 4096  # samples of an audio-chunk


def place_of(text: str, host: str) -> tuple[str, int]:
    """(host, port) from a port or tcp://host:port. Raises: UsageError."""
    with contextlib.suppress(ValueError):
        if text.isdecimal() and 0 <= int(text) <= 65535:
            return host, int(text)
        parts = urlsplit(text)
        if parts.scheme == "tcp" and parts.hostname and parts.port is not None:
            return parts.hostname, parts.port
    raise UsageError(
        f"{text!r:.60} is no place to listen", where="--wyoming", fix=f"Give a port such as {PORT}, or tcp://0.0.0.0:{PORT}"
    )


_FAREWELL = 1.0  # s that a closed connection may take to send what is left


Stay = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def guests(desk: Desk) -> Stay:
    """What becomes of a guest at a server that answers by itself."""
    return lambda reader, writer: Guest(desk, reader, writer).stay()


@contextlib.asynccontextmanager
async def received(stay: Stay, place: tuple[str, int]) -> AsyncIterator[int]:
    """Guests are let in while the block runs, and `stay` for as long as it does; gives the port. Raises: UsageError."""
    guests: set[asyncio.Task[None]] = set()

    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        guests.add(task)
        try:
            await stay(reader, writer)
        finally:
            await _gone(writer)
            guests.discard(task)

    try:
        server = await asyncio.start_server(greet, *place, limit=LINE)
    except OSError as error:
        raise UsageError(
            f"this address cannot be listened on ({error.strerror or error})", where=f"{place[0]}:{place[1]}"
        ) from None
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for guest in guests:
            guest.cancel()
        if guests:
            await asyncio.wait(guests)


async def _gone(writer: asyncio.StreamWriter) -> None:
    """A connection that was closed is left to go, but not for long: a guest who reads nothing more is cut off."""
    try:
        async with asyncio.timeout(_FAREWELL):
            await writer.wait_closed()
    except (OSError, TimeoutError):
        writer.transport.abort()
        await asyncio.sleep(0)


def info(desk: Desk) -> dict[str, Any]:
    """What is offered: recognizers, voices, and sounds that may wake a satellite."""
    entries = store.entries()
    recognizers = [e.card for e in entries if "recognizer" in e.roles]
    everything = sorted({language for card in recognizers for language in card.languages})
    usual = find.page("tasks", "transcribe").TASK.roles["recognizer"]
    ordered = sorted(recognizers, key=lambda card: (card.name != usual, card.name))
    asr = [{**_artifact(c.name, c.source), "languages": everything if c.name == usual else list(c.languages)} for c in ordered]
    found: dict[str, Any] = {
        "asr": [{**_artifact("aural"), "models": asr, "supports_transcript_streaming": True, "requires_external_vad": True}],
        "tts": [], "wake": [], "handle": [], "intent": [], "mic": [], "snd": [],
    }  # fmt: skip
    card = store.entry_of(find.page("tasks", "speak").TASK.roles["synthesizer"], "synthesizer").card
    english = [name for name, told in card.voices.items() if told.startswith("en")]
    voices = [{**_artifact(name, card.source), "languages": ["en"]} for name in english]
    found["tts"] = [{**_artifact("aural"), "voices": voices, "supports_synthesize_streaming": False}]
    tagger = find.page("tasks", "detect").TASK.roles["tagger"]
    if store.is_here(tagger, "tagger"):  # asking what there is fetches nothing
        with desk.kept.opened(tagger, "tagger") as model:
            sounds = [{**_artifact(label), "languages": [], "phrase": label} for label in model.card.labels]
        found["wake"] = [{**_artifact("aural sounds"), "models": sounds}]
    if own := [{**_artifact(phrase), "languages": ["en"], "phrase": phrase} for phrase in phrases(desk)]:
        found["wake"].insert(0, {**_artifact("aural"), "models": own})
    return found


def _artifact(name: str, source: str = "") -> dict[str, Any]:
    by = {"name": source or "aural", "url": source if source.startswith("https://") else "https://github.com/aural-sound/aural"}
    return {"name": name, "attribution": by, "installed": True, "description": name, "version": __version__}


@final
class Guest:
    """One connection. Its events come one after the other; each part of it is thrown away with the connection."""

    def __init__(self, desk: Desk, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._desk, self._reader, self._writer = desk, reader, writer
        self._aliases = aliases_of(desk.options.alias)
        self._asked: Event | None = None  # transcribe or detect, which the sound that follows is for
        self._ear: Hearing | Detector | None = None
        self._texts: list[str] = []
        self._form = (0, 0, 0)

    async def stay(self) -> None:
        """Until the guest leaves, or does what cannot be."""
        try:
            with self._desk.place():
                while (event := await read(self._reader)) is not None:
                    await self._answer(event)
        except (ConnectionError, asyncio.CancelledError):
            pass
        except Exception as error:
            if not isinstance(error, AuralError | HTTPException):
                report(error)
            with contextlib.suppress(ConnectionError):
                problem = told(error)
                await self._say("error", text=problem["message"], code=problem["code"])
        finally:
            await self._quiet()
            self._writer.close()
            self._desk.meters.count("requests", 1, {"route": "wyoming", "status": "200"})

    async def _answer(self, event: Event) -> None:
        kind = event.type
        if kind == "describe":
            await write(self._writer, Event("info", await asyncio.to_thread(info, self._desk)))
        elif kind == "ping":
            await self._say("pong", **({"text": event.data["text"]} if isinstance(event.data.get("text"), str) else {}))
        elif kind in ("transcribe", "detect"):
            await self._quiet()
            self._asked = event
        elif kind == "audio-start":
            await self._begin(event)
        elif kind == "audio-chunk":
            if self._ear is None:
                await self._begin(event)
            assert self._ear is not None
            await self._ear.feed(_samples(event.payload, self._form))
        elif kind == "audio-stop":
            await self._end()
        elif kind == "synthesize":
            await self._speak(event)

    async def _begin(self, event: Event) -> None:
        """Sound comes: for a transcript, unless sounds are to be detected."""
        await self._quiet()
        self._form = _form_of(event.data)
        asked, self._texts = self._asked or Event("transcribe"), []
        if asked.type == "detect":
            names, rate = _texts_of(asked.data.get("names")), self._form[0]
            self._ear = await self._desk.step(lambda: Detector(self._desk, names, rate, self._detected))
            return
        task = find.page("tasks", "transcribe").TASK
        language, name = asked.data.get("language"), asked.data.get("name")
        words = [*_texts_of(asked.data.get("transcript_names")), *_texts_of(asked.data.get("transcript_terms"))]
        values = {
            "language": language if isinstance(language, str) else None,
            "hotwords": ",".join(w.replace(",", " ") for w in words) or None,
        }
        choices = choices_of(task, name if isinstance(name, str) and name != "aural" else None, (), self._aliases)
        ear = Hearing(self._desk, choices, built(task, values), Pace(every=0), self._form[0], self._heard)
        await ear.__aenter__()
        self._ear = ear
        await self._say("transcript-start")

    async def _end(self) -> None:
        ear, kind = self._ear, self._asked.type if self._asked is not None else "transcribe"
        if ear is not None:
            await ear.finish()
        if kind == "detect":
            if isinstance(ear, Detector) and not ear.found:
                await self._say("not-detected")
        else:
            await self._say("transcript", text=" ".join(self._texts))
            await self._say("transcript-stop")
        await self._quiet()
        self._asked = None

    async def _heard(self, update: Update, lag: float) -> None:
        if update.kind == "final" and update.text:
            await self._say("transcript-chunk", text=(" " if self._texts else "") + update.text)
            self._texts.append(update.text)

    async def _detected(self, name: str, at: float) -> None:
        await self._say("detection", name=name, timestamp=round(1000 * at))

    async def _speak(self, event: Event) -> None:
        """Say a text, sentence by sentence as it is made."""
        task, text = find.page("tasks", "speak").TASK, event.data.get("text")
        if not isinstance(text, str) or not text.strip():
            raise UsageError("there is no text to say", where="--text")
        voice = event.data.get("voice")
        name = voice.get("name") if isinstance(voice, dict) else None
        options = built(task, {"voice": name if isinstance(name, str) else None})
        watch = self._desk.watch()

        def job() -> None:
            with _speaking.reader(text, self._desk.shelf(dict(task.roles)), options) as reader:
                for piece in reader.pieces():
                    watch.check()
                    tell((reader.sample_rate, piece.samples))

        begun = 0
        async with relayed(lambda: self._desk.work(job, watch)) as (tell, pieces, work):
            async for rate, samples in pieces:
                if not begun:
                    begun = rate
                    await self._say("audio-start", rate=rate, width=2, channels=1, timestamp=0)
                for at in range(0, len(samples), _CHUNK):
                    data = np.clip(np.rint(samples[at : at + _CHUNK] * 32767), -32768, 32767).astype("<i2").tobytes()
                    await write(self._writer, Event("audio-chunk", {"rate": rate, "width": 2, "channels": 1}, data))
            await work
        await self._say("audio-stop")

    async def _say(self, kind: str, **data: Any) -> None:
        await write(self._writer, Event(kind, data))

    async def _quiet(self) -> None:
        """Let go of what was being heard."""
        ear, self._ear = self._ear, None
        if isinstance(ear, Hearing):
            await ear.__aexit__()
        elif ear is not None:
            ear.close()


def _form_of(data: Mapping[str, Any]) -> tuple[int, int, int]:
    """(rate, bytes a sample, channels). Raises: DataError."""
    rate, width, channels = (data.get(name) for name in ("rate", "width", "channels"))
    if not (isinstance(rate, int) and 8000 <= rate <= 192_000 and width in (1, 2, 4) and channels in range(1, 17)):
        raise DataError(
            "this sound has a form that is not known here", fix="Send 8000 to 192000 Hz, 1, 2 or 4 bytes, 1 to 16 channels"
        )
    return rate, int(width), int(channels)  # type: ignore[arg-type]


def _samples(payload: bytes, form: tuple[int, int, int]) -> np.ndarray:
    """Samples [t], the mean of the channels."""
    _, width, channels = form
    kind = {1: "u1", 2: "<i2", 4: "<i4"}[width]
    whole = len(payload) - len(payload) % (width * channels)
    values = np.frombuffer(payload[:whole], kind).reshape(-1, channels).astype(np.float32).mean(axis=1)
    scaled = (values - 128) / 128 if width == 1 else values / np.float32(1 << (8 * width - 1))
    return np.asarray(scaled, np.float32)


def _texts_of(value: Any) -> list[str]:
    return [v for v in value if isinstance(v, str)] if isinstance(value, list) else []
