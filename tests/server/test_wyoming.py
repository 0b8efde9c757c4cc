"""Wyoming with the protocol's own package as client: describe, transcribe, synthesize, detect; and rude guests."""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from deaf import DeafScorer

from aural.errors import DataError, UsageError
from aural.models.card import Card, Licences
from aural.models.face import StreamingScorer
from aural.results import Question
from aural.server import wyoming_wire
from aural.server.desk import Desk
from aural.server.options import Options
from aural.server.wyoming import guests, place_of, received
from aural.sound.sound import load
from aural.sound.source import Source

with warnings.catch_warnings():  # the package imports a module that Python is about to drop
    warnings.simplefilter("ignore", DeprecationWarning)
    from wyoming.asr import Transcribe, Transcript, TranscriptChunk
    from wyoming.audio import AudioChunk, AudioStart, AudioStop
    from wyoming.client import AsyncTcpClient
    from wyoming.error import Error
    from wyoming.event import Event
    from wyoming.info import Describe, Info
    from wyoming.ping import Ping, Pong
    from wyoming.tts import Synthesize, SynthesizeVoice
    from wyoming.wake import Detect, Detection, NotDetected


def scene(act: Callable[[AsyncTcpClient], Awaitable[Any]], **options: Any) -> Any:
    """Run `act` with a client of a server inside this process."""

    async def play() -> Any:
        desk = Desk(Options(log="none", **options))
        try:
            async with received(guests(desk), ("127.0.0.1", 0)) as port, AsyncTcpClient("127.0.0.1", port) as client:
                return await asyncio.wait_for(act(client), 60)
        finally:
            desk.close()

    return asyncio.run(play())


async def sound(client: AsyncTcpClient, samples: np.ndarray, rate: int) -> None:
    await client.write_event(AudioStart(rate, 2, 1).event())
    data = (samples * 32767).astype("<i2").tobytes()
    for at in range(0, len(data), 2048):
        await client.write_event(AudioChunk(rate, 2, 1, data[at : at + 2048]).event())
    await client.write_event(AudioStop().event())


async def until(client: AsyncTcpClient, kind: Any) -> tuple[Any, list[Event]]:
    seen = []
    while (event := await client.read_event()) is not None:
        seen.append(event)
        if kind.is_type(event.type):
            return kind.from_event(event), seen
    raise AssertionError([e.type for e in seen])


@pytest.mark.weights
def test_it_describes_itself() -> None:
    async def act(client: AsyncTcpClient) -> Info:
        await client.write_event(Describe().event())
        return (await until(client, Info))[0]

    told = scene(act)
    models = told.asr[0].models
    assert models[0].name == "moonshine-base" and {"en", "de"} <= set(models[0].languages)
    assert told.asr[0].supports_transcript_streaming and told.asr[0].installed
    assert any(v.name == "af_heart" and v.languages == ["en"] for v in told.tts[0].voices)
    assert any(m.phrase == "Clapping" for m in told.wake[0].models)


@pytest.mark.weights
@pytest.mark.parametrize("rate", [16000, 22050])
def test_it_transcribes(clip: Path, rate: int) -> None:
    async def act(client: AsyncTcpClient) -> tuple[str, list[str]]:
        for _ in range(2):  # a second command over the same connection
            await client.write_event(Transcribe(name="small", language="en").event())
            await sound(client, load(clip).resample(rate).samples[0], rate)
            told, seen = await until(client, Transcript)
        chunks = [TranscriptChunk.from_event(e).text for e in seen if TranscriptChunk.is_type(e.type)]
        return told.text, chunks

    text, chunks = scene(act)
    assert "hear me" in text.lower() and "".join(chunks) == text and len(chunks) == 3


@pytest.mark.weights
def test_silence_is_an_empty_transcript() -> None:
    async def act(client: AsyncTcpClient) -> str:
        await sound(client, np.zeros(16000), 16000)
        return str((await until(client, Transcript))[0].text)

    assert scene(act) == ""


@pytest.mark.weights
def test_it_speaks_sentence_by_sentence() -> None:
    async def act(client: AsyncTcpClient) -> list[Event]:
        await client.write_event(Synthesize("Do you hear me? Yes.", voice=SynthesizeVoice(name="af_bella")).event())
        return (await until(client, AudioStop))[1]

    events = scene(act)
    start = AudioStart.from_event(events[0])
    data = b"".join(AudioChunk.from_event(e).audio for e in events if AudioChunk.is_type(e.type))
    samples = np.frombuffer(data, "<i2").astype(np.float32) / 32768
    assert start.width == 2 and 0.8 < len(samples) / start.rate < 6
    import aural

    assert "hear me" in aural.transcribe(Source((samples, start.rate)), model="small").text.lower()


@pytest.mark.weights
def test_it_detects_what_it_is_asked_for(clip: Path) -> None:
    def asked(names: list[str]) -> Any:
        async def act(client: AsyncTcpClient) -> Any:
            await client.write_event(Detect(names).event())
            await sound(client, load(clip).samples[0], 16000)
            found = await client.read_event()
            assert found is not None
            return Detection.from_event(found) if Detection.is_type(found.type) else NotDetected.from_event(found)

        return scene(act)

    told = asked(["Speech"])
    assert isinstance(told, Detection) and told.name == "Speech" and told.timestamp is not None
    assert isinstance(asked(["Siren"]), NotDetected)


def test_ping() -> None:
    async def act(client: AsyncTcpClient) -> str | None:
        await client.write_event(Ping("here").event())
        return (await until(client, Pong))[0].text  # type: ignore[no-any-return]

    assert scene(act) == "here"


@pytest.mark.parametrize(
    "rude",
    [
        b"hello\n",
        b"[1]\n",
        b'{"type": 5}\n',
        b'{"type": "x", "data": [1]}\n',
        b'{"type": "audio-chunk", "payload_length": 999999999999}\n',
        b'{"type": "x", "data_length": -1}\n',
        b'{"type": "audio-start", "data": {"rate": 5, "width": 2, "channels": 1}}\n',
        b'{"type": "audio-start", "data": {"rate": 16000, "width": 3, "channels": 1}}\n',
        b'{"type": "synthesize", "data": {"text": " "}}\n',
        b'{"type": "transcribe", "data": {"name": "../x"}}\n'
        b'{"type": "audio-start", "data": {"rate": 16000, "width": 2, "channels": 1}}\n',
        b"a" * 100_000 + b"\n",
        b'{"type": "x", "data": ' + b"[" * 30_000 + b"}\n",
    ],
)
def test_rude_guests_are_told_and_shown_out(rude: bytes, capfd: pytest.CaptureFixture[str]) -> None:
    async def act(client: AsyncTcpClient) -> tuple[Any, Any]:
        assert client._writer is not None
        client._writer.write(rude)
        return (await until(client, Error))[0], await client.read_event()

    told, after = scene(act)
    assert told.text and after is None
    assert "Traceback" not in capfd.readouterr().err


def test_full_and_too_long() -> None:
    async def act(client: AsyncTcpClient) -> str:
        await sound(client, np.zeros(48000), 16000)
        return str((await until(client, Error))[0].code)

    assert scene(act, max_length=1) == "too_large"

    async def crowd(client: AsyncTcpClient) -> str:
        await client.write_event(Ping("first").event())
        await until(client, Pong)
        assert client._writer is not None
        async with AsyncTcpClient(*client._writer.get_extra_info("peername")) as second:
            return str((await until(second, Error))[0].code)

    assert scene(crowd, running=1, queue=0) == "too_many_requests"


def test_places() -> None:
    assert place_of("10300", "127.0.0.1") == ("127.0.0.1", 10300)
    assert place_of("tcp://0.0.0.0:10400", "x") == ("0.0.0.0", 10400)
    for wrong in ("70000", "http://x:1", "tcp://x", "tcp://x:y", ""):
        with pytest.raises(UsageError):
            place_of(wrong, "x")


def test_what_is_cut_off_ends_quietly() -> None:
    async def ask(data: bytes) -> Any:
        reader = asyncio.StreamReader(limit=wyoming_wire.LINE)
        reader.feed_data(data)
        reader.feed_eof()
        return await wyoming_wire.read(reader)

    assert asyncio.run(ask(b"")) is None
    assert asyncio.run(ask(b'{"type": "x", "payload_length": 5}\nab')) is None
    assert asyncio.run(ask(b'{"type": "x", "data_length": 7}\n{"a":1}')) == wyoming_wire.Event("x", {"a": 1})
    with pytest.raises(DataError):
        asyncio.run(ask(b"x\n"))


class _Echo(StreamingScorer):
    """Answers frame by frame: loud is "hey house"."""

    card = Card(
        name="house", role="spotter", kind="made", licences=Licences("", "", "", None, ""), source="this test", hop=0.1,
        sample_rate=16000, question=Question("clip", "class"), labels=("other", "hey house", "lights off"),
    )  # fmt: skip

    def close(self) -> None: ...

    def score(self, samples: np.ndarray, lengths: np.ndarray) -> np.ndarray:
        return self.step(None, samples[0])[1][None]

    def start(self) -> np.ndarray:
        return np.zeros(0, np.float32)

    def step(self, state: Any, samples: np.ndarray) -> tuple[Any, np.ndarray]:
        held = np.concatenate([state, samples])
        whole = len(held) // 1600
        loud = np.abs(held[: whole * 1600]).reshape(whole, 1600).max(axis=1)
        return held[whole * 1600 :], np.stack([1 - loud, loud, np.zeros(whole)], axis=1)

    def finish(self, state: Any) -> np.ndarray:
        return np.zeros((0, 3))


def test_phrases_wake_as_soon_as_they_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    from aural.models import store

    monkeypatch.setattr(store, "open_model", lambda name, role, *_: _Echo() if (name, role) == ("mine", "spotter") else None)
    monkeypatch.setattr(store, "is_here", lambda name, role: False)

    async def describe(client: AsyncTcpClient) -> Info:
        await client.write_event(Describe().event())
        return (await until(client, Info))[0]

    assert [m.phrase for m in scene(describe, wake=("mine",)).wake[0].models] == ["hey house", "lights off"]
    said = np.zeros(48000)
    said[16000:20000] = 0.9

    def asked(names: list[str] | None, samples: np.ndarray) -> Any:
        async def act(client: AsyncTcpClient) -> Any:
            await client.write_event(Detect(names).event())
            await sound(client, samples, 16000)
            found = await client.read_event()
            assert found is not None
            return Detection.from_event(found) if Detection.is_type(found.type) else NotDetected.from_event(found)

        return scene(act, wake=("mine",))

    for names in (None, ["Hey House"], ["lights off", "hey house"]):
        told = asked(names, said)
        assert isinstance(told, Detection) and told.name == "hey house" and told.timestamp is not None
        assert 1000 <= told.timestamp <= 1400
    assert isinstance(asked(["lights off"], said), NotDetected) and isinstance(asked(None, 0 * said), NotDetected)


class _Judge(DeafScorer):
    """Believes what it hears where that is loud in the end."""

    card = Card(
        name="moonshine-tiny", role="recognizer", kind="made", licences=Licences("", "", "", None, ""), source="this test",
        sample_rate=16000, question=Question("sequence", "class"),
    )  # fmt: skip

    def log_probs(self, samples: np.ndarray, texts: Sequence[str]) -> np.ndarray:
        assert list(texts) == ["Hey house"]
        return np.full(1, -1.0 if np.abs(samples).max(initial=0.0) > 0.5 else -40.0)


def test_a_recognizer_decides_what_wakes(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the small model alone would tell is not told where the recognizer denies it, and what is faint comes through it."""
    from aural.models import store

    made = {("mine", "spotter"): _Echo(), ("moonshine-tiny", "recognizer"): _Judge()}
    monkeypatch.setattr(store, "open_model", lambda name, role, *_: made[name, role])
    monkeypatch.setattr(store, "is_here", lambda name, role: False)

    def woken(level: float, confirm: bool) -> bool:
        said = np.zeros(48000)
        said[16000:20000] = level

        async def act(client: AsyncTcpClient) -> bool:
            await client.write_event(Detect(None).event())
            await sound(client, said, 16000)
            found = await client.read_event()
            assert found is not None
            return Detection.is_type(found.type)

        return bool(scene(act, wake=("mine",), confirm=confirm))

    assert woken(0.9, False) and woken(0.9, True)
    assert woken(0.45, False) is False and woken(0.45, True) is False  # under the border; asked, and denied
    made["mine", "spotter"].card = replace(_Echo.card, operating_points={"hey house": 0.8})
    assert woken(0.6, False) is False and woken(0.6, True)  # under the border, but believed
