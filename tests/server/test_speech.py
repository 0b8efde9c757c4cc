"""POST /v1/audio/speech and /v1/speak: every format of the service, its names of voices, and what is refused."""

from __future__ import annotations

import base64
import io
import json

import numpy as np
import openai
import pytest
from starlette.testclient import TestClient

from aural.models import store
from aural.server.speech import TYPES
from aural.sound.source import Source

pytestmark = pytest.mark.weights


@pytest.fixture
def client(server: TestClient) -> openai.OpenAI:
    return openai.OpenAI(base_url="http://127.0.0.1:8000/v1", api_key="any", http_client=server, max_retries=0)


@pytest.mark.parametrize("format", sorted(TYPES))
def test_every_format_plays(client: openai.OpenAI, format: str) -> None:
    told = client.audio.speech.create(model="tts-1", voice="alloy", input="Yes.", response_format=format)  # type: ignore[arg-type]
    assert told.response.headers["content-type"] == TYPES[format]
    data = told.read()
    if format == "pcm":
        assert len(data) % 2 == 0 and 0.2 < len(data) / 48_000 < 3.0
    else:
        assert 0.2 < (Source(io.BytesIO(data)).recording.duration or 0) < 3.0


def test_what_is_said_is_heard_again(client: openai.OpenAI) -> None:
    voice = next(iter(store.entry_of("kokoro").card.voices))
    made = client.audio.speech.create(model="kokoro", voice=voice, input="Do you hear me?", speed=0.9).read()
    assert "hear me" in client.audio.transcriptions.create(file=("a.mp3", made), model="small").text.lower()


def test_long_texts_come_sentence_by_sentence(client: openai.OpenAI) -> None:
    text = "Do you hear me? Yes. We laugh less heartily."
    asked = {"model": "tts-1", "voice": "alloy", "input": text}
    with client.audio.speech.with_streaming_response.create(**asked, response_format="pcm") as told:
        pieces = [piece for piece in told.iter_bytes() if piece]
    assert len(pieces) >= 3
    whole = client.audio.speech.create(**asked, response_format="wav").read()
    samples = np.frombuffer(b"".join(pieces), "<i2").astype(np.float32) / 32768
    again = Source(io.BytesIO(whole)).load(rate=24000, mono=True).samples[0]
    assert len(samples) == pytest.approx(len(again), abs=10) and np.corrcoef(samples[:40000], again[:40000])[0, 1] > 0.99


def test_speech_as_events_and_its_mark(server: TestClient) -> None:
    told = server.post("/v1/audio/speech", json={"input": "Yes.", "stream_format": "sse"})
    assert told.headers["content-type"].startswith("text/event-stream")
    events = [json.loads(part.removeprefix("data: ")) for part in told.text.split("\n\n") if part]
    data = b"".join(base64.b64decode(e["audio"]) for e in events if e["type"] == "speech.audio.delta")
    assert events[-1]["type"] == "speech.audio.done" and (Source(io.BytesIO(data)).recording.duration or 0) > 0.2
    assert b"synthetic" in data and b"synthetic" in server.post("/v1/speak", json={"text": "Yes."}).content


def test_the_verb_gives_sound_or_words(server: TestClient) -> None:
    made = server.post("/v1/speak", json={"text": "Yes."})
    assert made.headers["content-type"].startswith("audio/") and made.content[:4] == b"RIFF"
    words = server.post("/v1/speak", json={"text": "Yes.", "format": "json"}).json()
    assert words["text"] == "Yes." and words["segments"][0]["words"]
    assert server.post("/v1/speak", json={"text": "Yes.", "lexicon": "/etc/passwd"}).status_code == 400


@pytest.mark.parametrize(
    "wrong", [{"input": ""}, {"input": "x" * 5000}, {"voice": "nobody"}, {"response_format": "docx"}, {"speed": 9}, {"input": "☃"}]
)
def test_what_cannot_be_is_refused(server: TestClient, wrong: dict[str, object]) -> None:
    told = server.post("/v1/audio/speech", json={"model": "tts-1", "voice": "alloy", "input": "Yes.", **wrong})
    assert told.status_code == 400 and told.json()["error"]["type"] == "invalid_request_error"
