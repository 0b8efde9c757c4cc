"""POST /v1/audio/speech: text to speech through the verb `speak`, sentence by sentence where the format can be played so."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import numpy as np
from starlette.requests import Request
from starlette.routing import Route

from aural.errors import UsageError
from aural.server.answers import guarded
from aural.server.desk import Desk
from aural.server.events import EVENTS, Emit, Events, Gone, relayed
from aural.server.names import aliases_of, choices_of
from aural.server.uploads import Form, received
from aural.server.verbs import built
from aural.server.watch import Watch
from aural.sound.encode import STREAMED, encode, streamed
from aural.sound.resample import Resampler
from aural.sound.sound import Sound
from aural.tasks import _speaking, speak
from aural.tasks._speech import tags

TYPES = {"mp3": "audio/mpeg", "opus": "audio/ogg", "aac": "audio/aac", "flac": "audio/flac", "wav": "audio/wav", "pcm": "audio/pcm"}
# The service's voices; clients that send one of them get the voice that is usual here.
VOICES = frozenset("alloy ash ballad coral echo fable onyx nova sage shimmer verse marin cedar".split())
MOST = 4096  # characters, as the service has it
PCM = 24_000  # Hz


@dataclass(frozen=True)
class Wish:
    """What is said and how: the options of `speak`, role -> model, the format, and whether the bytes come as events."""

    text: str
    options: Any
    choices: dict[str, str]
    format: str
    events: bool


def routes(desk: Desk) -> list[Route]:
    """The one route."""
    aliases = aliases_of(desk.options.alias)

    async def speech(request: Request) -> Any:
        async with AsyncExitStack() as held:
            held.enter_context(desk.place())
            form = await held.enter_async_context(received(request, desk.options))
            wish = wish_of(form, aliases)
            return Events(_said(desk, wish), held.pop_all(), EVENTS if wish.events else TYPES[wish.format])

    return [Route("/v1/audio/speech", guarded(speech), methods=["POST"])]


def wish_of(form: Form, aliases: dict[str, str]) -> Wish:
    """What is wanted. Raises: UsageError for a text, a format or a speed that cannot be."""
    text, format = form.one("input") or "", form.one("response_format", "mp3") or "mp3"
    if not text.strip() or len(text) > MOST:
        raise UsageError(f"input has {len(text)} characters", where="--input", fix=f"It takes 1 to {MOST}")
    if format not in TYPES:
        raise UsageError(f"there is no format {format!r:.40}", where="--response_format", fix=f"It is one of: {', '.join(TYPES)}")
    voice = form.one("voice")
    options = built(speak.TASK, {"voice": None if voice in VOICES else voice, "speed": form.one("speed")})
    choices = choices_of(speak.TASK, form.one("model"), form.many("models"), aliases)
    return Wish(text, options, choices, format, form.one("stream_format") == "sse")


def _said(desk: Desk, wish: Wish) -> Callable[[Emit, Gone], Any]:
    """Sends the bytes as they are made; as events they are base64."""

    async def produce(emit: Emit, left: Gone) -> None:
        watch = desk.watch()

        def job() -> int:
            characters = 0
            for data in spoken(desk, wish, watch):
                characters += len(data)
                tell(data)
            return characters

        async with relayed(lambda: desk.work(job, watch, left)) as (tell, pieces, work):
            async for data in pieces:
                await emit({"type": "speech.audio.delta", "audio": base64.b64encode(data).decode()} if wish.events else data)
            await work
        if wish.events:
            count = len(wish.text)
            usage = {"input_tokens": count, "output_tokens": 0, "total_tokens": count}
            await emit({"type": "speech.audio.done", "usage": usage})

    return produce


def spoken(desk: Desk, wish: Wish, watch: Watch) -> Iterator[bytes]:
    """The bytes of a text, said here and now: sentence by sentence, or at once where the format must be whole.

    Raises: UsageError for a text without words, and what the voice cannot say.
    """
    with _speaking.reader(wish.text, desk.shelf(wish.choices), wish.options) as reader:
        marks = tags({"synthesizer": reader.model, "voice": reader.voice})
        blocks = _blocks(reader, wish.text, watch)
        if wish.format == "pcm":
            yield from _pcm(blocks, reader.sample_rate)
        elif wish.format in STREAMED:
            yield from streamed((b[None] for b in blocks), wish.format, reader.sample_rate, tags=marks)
        else:
            yield encode(Sound(np.concatenate(list(blocks))[None], reader.sample_rate), wish.format, tags=marks)


def _blocks(reader: _speaking.Reader, text: str, watch: Watch) -> Iterator[np.ndarray]:
    """The samples [T] of each sentence. Raises: UsageError when there was no word."""
    said = False
    for piece in reader.pieces():
        watch.check()
        said = said or piece.segment is not None
        if len(piece.samples):
            yield piece.samples
    if not said:
        raise speak.nothing(text)


def _pcm(blocks: Iterable[np.ndarray], rate: int) -> Iterator[bytes]:
    """16 bits at 24 kHz, mono, little-endian, without a head."""
    mover = Resampler(rate, PCM)
    for block in blocks:
        yield _integers(mover.push(block[None])[0])
    yield _integers(mover.finish()[0])


def _integers(samples: np.ndarray) -> bytes:
    return bytes(np.clip(np.rint(samples * 32767), -32768, 32767).astype("<i2").tobytes())
