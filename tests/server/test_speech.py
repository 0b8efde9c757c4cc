"""POST /v1/audio/speech and /v1/speak: every format of the service, its names of voices, and what is refused."""

from __future__ import annotations

import io

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
