"""The web sockets: our own and the subset of OpenAI's realtime API; finals stay, lag is told, rude messages end politely."""

from __future__ import annotations

import asyncio
import base64
import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from aural.errors import UsageError
from aural.results import Update
from aural.server.desk import Desk
from aural.server.hearing import Hearing, samples_of
from aural.server.options import Options
from aural.server.realtime import Setup, setup_of
from aural.server.watch import TooLong
from aural.sound.sound import load
from aural.tasks import transcribe
from aural.tasks._live import Pace

MODELS = {**transcribe.TASK.roles, "recognizer": "moonshine-tiny"}


@pytest.fixture(scope="module")
def pcm(clip: Path) -> bytes:
    """The clip as 16-bit samples at 16 kHz, and half a second of silence."""
    samples = np.pad(load(clip).samples[0], (0, 8000))
    return (samples * 32767).astype("<i2").tobytes()


def messages(socket: Any, until: str) -> list[dict[str, Any]]:
    found = []
    while True:
        found.append(json.loads(socket.receive_text()))
        if found[-1]["type"] == until:
            return found


@pytest.mark.weights
@pytest.mark.parametrize("size", [640, 6400, 200_000])
def test_samples_in_updates_out(server: TestClient, pcm: bytes, size: int) -> None:
    with server.websocket_connect("ws://127.0.0.1:8000/v1/stream?model=small&rate=16000") as socket:
        assert json.loads(socket.receive_text()) == {"type": "ready", "rate": 16000, "form": "s16le"}
        for at in range(0, len(pcm), size):
            socket.send_bytes(pcm[at : at + size])
        socket.send_text('{"type": "end"}')
        got = messages(socket, "end")
    finals = [m for m in got if m["type"] == "final"]
    assert "hear me" in " ".join(m["text"] for m in finals).lower()
    assert all(m["lag"] >= 0 for m in got[:-1]) and all(m["words"] for m in finals)
    assert got[-1]["seconds"] == pytest.approx(len(pcm) / 32000, abs=0.01)
    assert [m["type"] for m in got if m["type"].startswith("speech")][:2] == ["speech_start", "speech_end"]


@pytest.mark.weights
def test_floats_at_another_rate_and_a_chosen_subprotocol(server: TestClient, clip: Path) -> None:
    data = load(clip).resample(48000).samples[0].astype("<f4").tobytes()
    path = "ws://127.0.0.1:8000/v1/stream?model=small&rate=48000&form=f32le&every=0&hotwords=Nagg"
    with server.websocket_connect(path, subprotocols=["aural", "openai-insecure-api-key.x"]) as socket:
        assert socket.accepted_subprotocol == "aural"
        socket.send_bytes(data)
        socket.send_text('{"type": "end"}')
        got = messages(socket, "end")
    assert "hear me" in " ".join(m["text"] for m in got if m["type"] == "final").lower()
    assert not [m for m in got if m["type"] == "partial"]


@pytest.mark.parametrize(
    ("query", "sent", "says"),
    [
        ("rate=5", None, "sample rate"),
        ("form=mp3", None, "form"),
        ("model=../etc", None, "no model"),
        ("speakers=2", None, "no option"),
        ("clip=0-3", None, "no parts"),
        ("", "hello", "binary"),
        ("", b"\0" * 1_100_000, "bytes at most"),
    ],
)
@pytest.mark.weights
def test_what_is_wrong_is_told_and_ends_it(server: TestClient, query: str, sent: str | bytes | None, says: str) -> None:
    with server.websocket_connect(f"ws://127.0.0.1:8000/v1/stream?{query}") as socket:
        if sent is not None:
            assert json.loads(socket.receive_text())["type"] == "ready"
            socket.send_bytes(sent) if isinstance(sent, bytes) else socket.send_text(sent)
        told = messages(socket, "error")[-1]
        assert says in told["error"]["message"]
        with pytest.raises(WebSocketDisconnect) as closed:
            socket.receive_text()
        assert closed.value.code == 1008
    assert server.get("/ready").json()["inside"] == 0


@pytest.mark.weights
def test_the_lag_is_told_and_partials_fall_away_when_behind(pcm: bytes) -> None:
    told: list[tuple[Update, float]] = []

    async def scene() -> None:
        desk = Desk(Options(max_length=10))

        async def emit(update: Update, lag: float) -> None:
            told.append((update, lag))

        samples = samples_of(pcm, "s16le")
        async with Hearing(desk, MODELS, transcribe.Options(), Pace(), 16000, emit) as hearing:
            await hearing.feed(samples)  # four seconds at once: work must lag
            await hearing.finish()
            assert hearing.dropped > 0 and hearing.waiting == 0
            with pytest.raises(TooLong):
                await hearing.feed(np.zeros(160_000, np.float32))
        assert "aural_live_dropped_total" in desk.meters.text({}) and "aural_live_lag_seconds_count " in desk.meters.text({})
        desk.close()

    begun = time.monotonic()
    asyncio.run(scene())
    finals = [(u, lag) for u, lag in told if u.kind == "final"]
    assert "hear me" in finals[0][0].text.lower()
    assert all(0 < lag <= time.monotonic() - begun for _, lag in finals)


def events(pcm: bytes, size: int = 9600) -> list[dict[str, Any]]:
    pieces = [pcm[at : at + size] for at in range(0, len(pcm), size)]
    return [{"type": "input_audio_buffer.append", "audio": base64.b64encode(p).decode()} for p in pieces]


UPDATE = {
    "type": "session.update",
    "session": {
        "type": "transcription",
        "audio": {"input": {
            "format": {"type": "audio/pcm", "rate": 16000}, "noise_reduction": {"type": "near_field"},
            "transcription": {"model": "small", "language": "en", "prompt": "x"},
            "turn_detection": {"type": "server_vad", "threshold": 0.5, "prefix_padding_ms": 300, "silence_duration_ms": 400},
        }},
    },
}  # fmt: skip


@pytest.mark.weights
def test_a_session_of_the_realtime_api(server: TestClient, pcm: bytes) -> None:
    with server.websocket_connect("ws://127.0.0.1:8000/v1/realtime?intent=transcription", subprotocols=["realtime"]) as socket:
        assert socket.accepted_subprotocol == "realtime"
        assert json.loads(socket.receive_text())["type"] == "session.created"
        socket.send_json(UPDATE)
        updated = json.loads(socket.receive_text())
        assert updated["type"] == "session.updated" and updated["session"]["audio"]["input"]["format"]["rate"] == 16000
        for event in events(pcm):
            socket.send_json(event)
        first = messages(socket, "conversation.item.input_audio_transcription.completed")
        kinds = [m["type"] for m in first]
        assert kinds[0] == "input_audio_buffer.speech_started" and "input_audio_buffer.committed" in kinds
        deltas = "".join(m["delta"] for m in first if m["type"].endswith(".delta"))
        assert first[-1]["transcript"] == deltas or not deltas.startswith(first[-1]["transcript"][:3])
        assert "hear me" in first[-1]["transcript"].lower() and first[-1]["usage"]["type"] == "duration"
        second = messages(socket, "conversation.item.input_audio_transcription.completed")
        assert second[-1]["item_id"] != first[-1]["item_id"]
        committed = [m for m in second if m["type"] == "input_audio_buffer.committed"]
        assert committed[0]["previous_item_id"] == first[-1]["item_id"]
        numbers = [m["event_id"] for m in (*first, *second)]
        assert len(set(numbers)) == len(numbers)


@pytest.mark.weights
def test_turns_may_be_the_client_s(server: TestClient, pcm: bytes) -> None:
    flat = {"input_audio_format": "pcm16", "input_audio_transcription": {"model": "small"}, "turn_detection": None}
    with server.websocket_connect("ws://127.0.0.1:8000/v1/realtime") as socket:
        socket.receive_text()
        socket.send_json({"type": "transcription_session.update", "session": flat})
        assert json.loads(socket.receive_text())["type"] == "transcription_session.updated"
        samples = load_24k(pcm)
        for event in events(samples[: round(len(samples) * 0.55)]):
            socket.send_json(event)
        socket.send_json({"type": "input_audio_buffer.commit"})
        got = messages(socket, "conversation.item.input_audio_transcription.completed")
        assert "hear me" in got[-1]["transcript"].lower()
        socket.send_json({"type": "input_audio_buffer.clear"})
        assert messages(socket, "input_audio_buffer.cleared")


def load_24k(pcm: bytes) -> bytes:
    from aural.sound.resample import resample

    return (resample(samples_of(pcm, "s16le"), 16000, 24000) * 32767).astype("<i2").tobytes()


def test_wrong_events_are_told_and_the_session_goes_on(server: TestClient) -> None:
    with server.websocket_connect("ws://127.0.0.1:8000/v1/realtime") as socket:
        socket.receive_text()
        for wrong in (
            "no json",
            "[1]",
            '{"type": "response.create"}',
            '{"type": "input_audio_buffer.append"}',
            '{"type": "session.update"}',
            '{"type": "session.update", "session": {"audio": {"input": {"format": {"type": "audio/pcmu"}}}}}',
            '{"type": "session.update", "session": {"turn_detection": {"threshold": 7}}}',
            '{"type": "session.update", "session": {"turn_detection": {"threshold": "x"}}}',
        ):
            socket.send_text(wrong)
            told = json.loads(socket.receive_text())
            assert told["type"] == "error" and told["error"]["message"], wrong


def test_settings_are_read_in_both_shapes() -> None:
    assert setup_of(Setup(), UPDATE["session"]) == Setup(16000, "small", "en", (), 0.5, 0.4, True)
    words = {"audio": {"input": {"transcription": {"keywords": ["Nagg, the old one"]}}}}
    assert setup_of(Setup(), words).words == ("Nagg  the old one",)
    with pytest.raises(UsageError):
        setup_of(Setup(), "x")


def test_samples_of_bytes() -> None:
    assert samples_of(b"\0\x80\xff\x7f\1", "s16le").tolist() == pytest.approx([-1.0, 1.0], abs=1e-4)
    data = np.array([0.5, np.nan, np.inf, -7], "<f4").tobytes()
    assert samples_of(data, "f32le").tolist() == [0.5, 0.0, 1.0, -1.0]
