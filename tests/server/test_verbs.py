"""Routes made from the tasks: every verb has one, its options are checked, and nothing names a file of this machine."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from aural import find, settings
from aural.server import openapi
from aural.server.verbs import TAKEN, built, offered, verbs


def test_every_verb_with_a_form_has_a_route(server: TestClient) -> None:
    tasks = {name: find.page("tasks", name).TASK for name in find.names("tasks")}
    assert set(verbs()) == {name for name, task in tasks.items() if task.takes in TAKEN} and len(verbs()) >= 20
    paths = server.get("/openapi.json").json()["paths"]
    page = server.get("/docs").text
    for verb in verbs():
        assert f"/v1/{verb}" in paths and f"<code>/v1/{verb}</code>" in page
        assert server.post(f"/v1/{verb}").status_code == 400, verb


def test_the_document_holds_every_option_and_none_that_touches_files() -> None:
    paths = openapi.document()["paths"]
    for verb in verbs():
        fields = paths[f"/v1/{verb}"]["post"]["requestBody"]["content"]["multipart/form-data"]["schema"]["properties"]
        task = find.page("tasks", verb).TASK
        assert {o.name for o in offered(task)} <= set(fields)
        assert not {o.name for o in settings.options_of(task.options) if o.file in ("named", "left")} & set(fields)
    json.dumps(openapi.document())


def test_what_leaves_files_is_switched_off() -> None:
    for verb in verbs():
        task = find.page("tasks", verb).TASK
        options = built(task, {})
        assert not any(getattr(options, o.name) for o in settings.options_of(task.options) if o.file in ("left", "named")), verb


@pytest.mark.weights
def test_answers_in_several_formats(server: TestClient, clip: Path) -> None:
    def ask(verb: str, **data: str) -> tuple[int, str, bytes]:
        told = server.post(f"/v1/{verb}", files={"file": clip.read_bytes()}, data=data)
        return told.status_code, told.headers["content-type"], told.content

    assert ask("tag", top="2")[:2] == (200, "application/json")
    assert len(json.loads(ask("tag", top="2")[2])["labels"]) == 2
    assert ask("vad", format="rttm")[1].startswith("text/plain")
    status, kind, data = ask("spectrogram", kind="wave,logmel")
    assert (status, kind, data[:4]) == (200, "image/png", b"\x89PNG")
    status, kind, data = ask("transcribe", model="small", format="srt", **{"max-line-width": "30"})
    assert status == 200 and b"-->" in data
    status, kind, data = ask("transcribe", model="small", format="html")
    assert (status, kind) == (200, "text/html; charset=utf-8") and b"audio/mpeg" in data


@pytest.mark.weights
def test_pairs_and_bare_bodies(server: TestClient, clip: Path) -> None:
    told = server.post("/v1/verify", files={"first": clip.read_bytes(), "second": clip.read_bytes()}).json()
    assert told["accepted"] is True
    bare = server.post("/v1/vad?threshold=0.6", content=clip.read_bytes(), headers={"content-type": "audio/wav"})
    assert bare.status_code == 200 and bare.json()["speech"]


@pytest.mark.parametrize(
    ("verb", "data", "says"),
    [
        ("tag", {"tpo": "3"}, "Did you mean 'top'?"),
        ("tag", {"top": "many"}, "a whole number"),
        ("tag", {"format": "docx"}, "no format"),
        ("tag", {"format": "srt,vtt"}, "one format"),
        ("tag", {"models": "vad=x"}, "Roles: tagger"),
        ("diarize", {"explain": "/tmp/x"}, "no option 'explain'"),
        ("identify", {"book": "/etc/passwd"}, "no option 'book'"),
        ("transcribe", {"max_line_width": "wide"}, "whole number"),
    ],
)
def test_what_is_wrong_is_told(server: TestClient, clip: Path, verb: str, data: dict[str, str], says: str) -> None:
    told = server.post(
        f"/v1/{verb}", files={"file": clip.read_bytes()}, data={"format": "srt", **data} if verb == "transcribe" else data
    )
    assert told.status_code == 400 and says in told.json()["error"]["message"]


@pytest.mark.parametrize("model", ["../../etc/passwd", "/tmp", "org/model", ".", "~", "aural"])
def test_no_folder_and_no_hub_is_opened_by_name(server: TestClient, clip: Path, model: str) -> None:
    told = server.post("/v1/tag", files={"file": clip.read_bytes()}, data={"model": model})
    assert told.status_code == 404 and told.json()["error"]["code"] == "model_not_found"


def test_options_that_name_files_say_so() -> None:
    """An option whose help speaks of files must be marked, or it would reach the server's disk from elsewhere."""
    for verb in find.names("tasks"):
        for option in settings.options_of(find.page("tasks", verb).TASK.options):
            words = set(option.help.replace(",", " ").replace(";", " ").split())
            if option.kind is not bool and words & {"file", "files", "folder", "book", "path"}:
                assert option.file, f"{verb}: {option.name}"
            assert option.kind.__name__ != "Path" or option.file, f"{verb}: {option.name}"


@pytest.mark.weights
def test_events_tell_how_far_it_is_and_end_with_the_answer(server: TestClient, clip: Path) -> None:
    def events(verb: str, **data: str) -> list[dict[str, object]]:
        told = server.post(f"/v1/{verb}", files={"file": clip.read_bytes()}, data={"stream": "true", **data}).text
        return [json.loads(part.removeprefix("data: ")) for part in told.split("\n\n") if part]

    words = events("transcribe", model="small")
    assert {e["type"] for e in words} == {"progress", "segment", "done"}
    whole = json.loads(str(words[-1]["answer"]))
    assert " ".join(str(e["text"]) for e in words if e["type"] == "segment") == whole["text"]
    assert {"stage", "done", "total", "type"} == set(words[0]) and words[-1]["media_type"] == "application/json"
    picture = events("spectrogram", kind="wave")[-1]
    assert base64.b64decode(str(picture["answer"]))[:4] == b"\x89PNG"
    wrong = server.post("/v1/vad", files={"file": b"a letter and no sound"}, data={"stream": "true"})
    assert wrong.status_code == 400 and "no recording" in wrong.json()["error"]["message"]
