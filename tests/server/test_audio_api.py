"""The contract with clients of OpenAI's API: its own library, unchanged, for every response format."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import openai
import pytest
from starlette.testclient import TestClient

from aural.formats import srt, vtt
from aural.server.transcripts import _letters
from aural.sound.sound import Sound

pytestmark = pytest.mark.weights


@pytest.fixture
def client(server: TestClient) -> openai.OpenAI:
    return openai.OpenAI(base_url="http://127.0.0.1:8000/v1", api_key="any", http_client=server, max_retries=0)


def test_json_has_text_and_usage(client: openai.OpenAI, clip: Path) -> None:
    with clip.open("rb") as file:
        told = client.audio.transcriptions.create(file=file, model="small")
    assert "hear me" in told.text.lower()
    assert told.usage is not None and told.usage.type == "duration"
    assert told.usage.seconds == pytest.approx(3.4, abs=0.01)


@pytest.mark.parametrize("model", ["whisper-1", "gpt-4o-mini-transcribe", "Systran/faster-whisper-small", "mine"])
def test_names_that_clients_have_by_habit_are_taken(client: openai.OpenAI, clip: Path, model: str) -> None:
    assert client.audio.transcriptions.create(file=clip, model=model, language="en").text


def test_text_srt_and_vtt_come_as_texts(client: openai.OpenAI, clip: Path) -> None:
    plain = client.audio.transcriptions.create(file=clip, model="small", response_format="text")
    assert isinstance(plain, str) and plain.endswith("\n")
    cues = client.audio.transcriptions.create(file=clip, model="small", response_format="srt")
    captions = client.audio.transcriptions.create(file=clip, model="small", response_format="vtt")
    assert srt.read(cues).text.split() == plain.split() == vtt.read(captions).text.split()


@pytest.mark.parametrize(
    ("grains", "segments", "words"), [(None, True, False), (["word"], False, True), (["word", "segment"], True, True)]
)
def test_verbose_json(client: openai.OpenAI, clip: Path, grains: list[str] | None, segments: bool, words: bool) -> None:
    more = {} if grains is None else {"timestamp_granularities": grains}
    told = client.audio.transcriptions.create(file=clip, model="small", response_format="verbose_json", **more)
    assert told.language == "english" and told.duration == pytest.approx(3.4, abs=0.01)
    assert bool(told.segments) is segments and bool(told.words) is words
    for one in told.segments or ():
        assert 0 <= one.start < one.end <= 3.4 and one.avg_logprob <= 0 <= one.no_speech_prob <= 1 and one.compression_ratio > 0
    if told.words:
        assert [w.word for w in told.words] == told.text.split()
        assert all(0 <= w.start < w.end <= 3.4 for w in told.words)


@pytest.mark.parametrize("name", ["timestamp_granularities", "timestamp_granularities[]"])
@pytest.mark.parametrize("given", [["word", "segment"], "word,segment", '["word", "segment"]'])
def test_both_spellings_of_the_array_field(server: TestClient, clip: Path, name: str, given: str | list[str]) -> None:
    data = {"model": "small", "response_format": "verbose_json", name: given}
    told = server.post("/v1/audio/transcriptions", files={"file": clip.read_bytes()}, data=data).json()
    assert told["words"] and told["segments"]


def test_diarized_json_names_speakers_by_letters(client: openai.OpenAI, clip: Path) -> None:
    told = client.audio.transcriptions.create(
        file=clip, model="gpt-4o-transcribe-diarize", response_format="diarized_json", chunking_strategy="auto"
    )
    assert {s.speaker for s in told.segments} <= {"A", "B"} and told.segments
    assert " ".join(s.text for s in told.segments) == told.text
    assert [_letters(n) for n in (0, 1, 25, 26, 27, 701, 702)] == ["A", "B", "Z", "AA", "AB", "ZZ", "AAA"]


@pytest.mark.parametrize("format", ["json", "text", "diarized_json"])
def test_events_add_up_to_the_text(client: openai.OpenAI, clip: Path, format: str) -> None:
    events = list(client.audio.transcriptions.create(file=clip, model="small", response_format=format, stream=True))
    deltas = "".join(e.delta for e in events if e.type == "transcript.text.delta")
    whole = client.audio.transcriptions.create(file=clip, model="small").text
    assert events[-1].type == "transcript.text.done" and events[-1].text == deltas == whole
    assert (format == "diarized_json") == any(e.type == "transcript.text.segment" for e in events)


@pytest.mark.filterwarnings("ignore:deprecated:DeprecationWarning")
def test_translations(client: openai.OpenAI, clip: Path) -> None:
    told = client.audio.translations.create(file=clip, model="whisper-1", response_format="verbose_json")
    assert told.text and told.language == "english"


def test_silence_is_an_answer_without_words(client: openai.OpenAI, tmp_path: Path) -> None:
    Sound(np.zeros((1, 16000), np.float32), 16000).save(tmp_path / "silence.wav")
    told = client.audio.transcriptions.create(file=tmp_path / "silence.wav", model="small", response_format="verbose_json")
    assert told.text == "" and told.segments == [] and told.language == "unknown"
    streamed = list(client.audio.transcriptions.create(file=tmp_path / "silence.wav", model="small", stream=True))
    assert [e.type for e in streamed] == ["transcript.text.done"]


def test_fields_without_a_use_are_taken(server: TestClient, clip: Path) -> None:
    data = {"model": "small", "temperature": "0.2", "prompt": "names", "include[]": "logprobs", "known_speaker_names[]": "Sarah",
            "user": "x", "keywords[]": ["Nagg", "Nell"], "languages[]": "en"}  # fmt: skip
    assert server.post("/v1/audio/transcriptions", files={"file": clip.read_bytes()}, data=data).status_code == 200


def test_a_list_of_words_never_names_a_file_of_the_server(server: TestClient, clip: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("x^y\n")
    told = server.post("/v1/transcribe", files={"file": clip.read_bytes()}, data={"model": "small", "hotwords": str(secret)})
    assert told.status_code == 200  # read as a file, the bonus "y" would be refused


def test_errors_have_the_service_s_shape(client: openai.OpenAI, clip: Path) -> None:
    with pytest.raises(openai.NotFoundError) as missing:
        client.audio.transcriptions.create(file=clip, model="no-such-model")
    assert missing.value.code == "model_not_found" and missing.value.param == "model"
    with pytest.raises(openai.BadRequestError, match="json, text, srt") as wrong:
        client.audio.transcriptions.create(file=clip, model="small", response_format="docx")  # type: ignore[call-overload]
    assert wrong.value.param == "response_format" and wrong.value.type == "invalid_request_error"
    with pytest.raises(openai.BadRequestError, match="no recording"):
        client.audio.transcriptions.create(file=("x.wav", b"these are no samples"), model="small")
    with pytest.raises(openai.BadRequestError):
        client.audio.transcriptions.create(file=clip, model="small", language="Klingonisch")
    with pytest.raises(openai.APIError, match="no recording"):
        list(client.audio.transcriptions.create(file=("x.wav", b"these are no samples"), model="small", stream=True))


def test_models_are_listed_with_the_names_that_stand_for_one(client: openai.OpenAI) -> None:
    names = {m.id for m in client.models.list()}
    assert {"moonshine-base", "whisper-1", "mine"} <= names
    assert client.models.retrieve("moonshine-base").owned_by == "aural"
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve("org/nothing")
