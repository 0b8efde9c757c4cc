"""Jobs: submitted, followed, fetched in any format, canceled; nothing is lost and nothing done twice when the server is killed."""

from __future__ import annotations

import dataclasses
import io
import json
import signal
import sqlite3
import threading
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from serving import served
from starlette.testclient import TestClient

from aural import find
from aural.errors import DataError, LimitReached
from aural.formats import json as result_json
from aural.server.app import app
from aural.server.ledger import TRIES, Ledger
from aural.server.options import Options


def events(text: str) -> list[dict[str, Any]]:
    return [json.loads(part.removeprefix("data: ")) for part in text.split("\n\n") if part]


@pytest.mark.weights
def test_a_job_from_its_beginning_to_its_answer(server: TestClient, clip: Path) -> None:
    data = {"verb": "transcribe", "model": "small", "max_line_width": "30"}
    told = server.post("/v1/jobs", files={"file": ("talk.wav", clip.read_bytes())}, data=data)
    job = told.json()
    assert (
        told.status_code == 202 and told.headers["location"] == f"/v1/jobs/{job['id']}" and job["state"] in ("waiting", "running")
    )
    seen = events(server.get(f"/v1/jobs/{job['id']}/events").text)
    assert seen[-1]["state"] == "done" and {e["id"] for e in seen} == {job["id"]}
    assert {"json", "srt", "html"} <= set(seen[-1]["formats"])
    whole = server.get(f"/v1/jobs/{job['id']}/result")
    assert "hear me" in result_json.read(whole.text).text.lower() and whole.json()["recording"]["name"] == "talk.wav"
    assert "-->" in server.get(f"/v1/jobs/{job['id']}/result?format=srt").text
    assert "audio/mpeg" in server.get(f"/v1/jobs/{job['id']}/result?format=html").text
    assert server.get(f"/v1/jobs/{job['id']}/result?format=docx").status_code == 400
    assert job["id"] in [j["id"] for j in server.get("/v1/jobs").json()["data"]]
    assert server.delete(f"/v1/jobs/{job['id']}").json()["deleted"] is True
    assert server.get(f"/v1/jobs/{job['id']}").status_code == 404


@pytest.mark.weights
def test_answers_that_are_no_results_are_kept_in_their_format(server: TestClient, clip: Path) -> None:
    data = {"verb": "spectrogram", "format": "svg", "kind": "wave"}
    name = server.post("/v1/jobs", files={"file": clip.read_bytes()}, data=data).json()["id"]
    assert events(server.get(f"/v1/jobs/{name}/events").text)[-1]["formats"] == ["svg"]
    made = server.get(f"/v1/jobs/{name}/result")
    assert made.headers["content-type"].startswith("image/svg") and "<svg" in made.text
    assert server.get(f"/v1/jobs/{name}/result?format=png").status_code == 400


def test_what_cannot_be_is_told_at_once_or_as_the_job_s_end(server: TestClient) -> None:
    assert server.post("/v1/jobs", data={"verb": "sing"}).status_code == 400
    assert server.post("/v1/jobs", data={"verb": "tag"}).status_code == 400
    assert server.post("/v1/jobs", files={"file": b"x"}, data={"verb": "tag", "tpo": "1"}).status_code == 400
    assert server.get("/v1/jobs/none/result").status_code == 404
    name = server.post("/v1/jobs", files={"file": b"a letter and no sound"}, data={"verb": "vad"}).json()["id"]
    last = events(server.get(f"/v1/jobs/{name}/events").text)[-1]
    assert last["state"] == "failed" and "no recording" in last["error"]["message"]
    assert server.get(f"/v1/jobs/{name}/result").status_code == 409


def files() -> list[tuple[str, str, Any]]:
    return [("file", "a.wav", io.BytesIO(b"abc"))]


def test_the_ledger_counts_every_job_once(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "jobs")
    first, second = ledger.add("vad", {"gate": ["0.5"]}, files()), ledger.add("vad", {}, files())
    assert (first.number, second.number) == (1, 2) and (ledger.place(first.id) / "0").read_bytes() == b"abc"
    taken = ledger.take()
    assert taken is not None and taken.id == first.id and taken.state == "running" and taken.fields == {"gate": ("0.5",)}
    ledger.finish(first.id, "result", b"{}")
    ledger.fail(first.id, {"message": "late"})  # it is over: nothing changes it
    done = ledger.get(first.id)
    assert done is not None and done.state == "done" and done.error is None
    assert ledger.cancel(second.id) and not ledger.cancel(second.id) and ledger.take() is None
    ledger.remove(first.id)
    assert ledger.get(first.id) is None and not ledger.place(first.id).exists()
    assert ledger.expire(3600) == 0 and ledger.expire(-1) == 1 and ledger.jobs() == []
    ledger.close()


def test_a_start_after_a_kill(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "jobs")
    job = ledger.add("vad", {}, files())
    killed: list[Ledger] = []
    for n in range(TRIES):
        assert ledger.take() is not None
        (tmp_path / "jobs" / "half-an-upload").mkdir()
        killed.append(ledger)  # open to the end of the test, as a process that was killed never closes its own
        ledger = Ledger(tmp_path / "jobs")
        assert ledger.resume() == (1 if n < TRIES - 1 else 0)
        assert not (tmp_path / "jobs" / "half-an-upload").exists()
    told = ledger.get(job.id)
    assert told is not None and told.state == "failed" and told.error is not None and told.error["code"] == "given_up"
    for one in (*killed, ledger):
        one.close()


def test_a_job_that_was_handed_back_has_not_been_tried(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "jobs")
    job = ledger.add("vad", {}, files())
    for _ in range(TRIES + 2):
        assert ledger.take() is not None
        ledger.hand_back(job.id)
    told = ledger.get(job.id)
    assert told is not None and told.state == "waiting" and told.tries == 0
    ledger.close()


def test_a_folder_of_another_version_and_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = Ledger(tmp_path / "jobs")
    ledger.close()
    with pytest.raises(LimitReached), ledger._write():
        pass
    base = sqlite3.connect(tmp_path / "jobs" / "jobs.db")
    base.execute("pragma user_version = 99")
    base.commit()
    base.close()
    with pytest.raises(DataError):
        Ledger(tmp_path / "jobs")


@pytest.mark.weights
def test_kills_lose_nothing_and_do_nothing_twice(tmp_path: Path, clip: Path) -> None:
    def call(port: int, path: str, data: bytes | None = None, kind: str = "audio/wav") -> Any:
        request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", data, {"Content-Type": kind} if data else {})
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read())

    names: list[str] = []
    for kill in (True, True, False):
        with served(tmp_path, "--preload", "vad", "--log", "none") as one:
            names += [call(one.port, "/v1/jobs?verb=transcribe&model=small", clip.read_bytes())["id"] for _ in range(2)]
            if kill:
                time.sleep(0.7)
                one.stop(signal.SIGKILL)
                continue
            limit = time.monotonic() + 60
            while any(j["state"] in ("waiting", "running") for j in call(one.port, "/v1/jobs")["data"]):
                assert time.monotonic() < limit
                time.sleep(0.1)
            jobs = call(one.port, "/v1/jobs")["data"]
            texts = {json.dumps(call(one.port, f"/v1/jobs/{name}/result")["segments"]) for name in names}
    assert [j["id"] for j in jobs] == names and {j["state"] for j in jobs} == {"done"}
    assert len(texts) == 1 and "hear me" in texts.pop().lower()


@pytest.mark.weights
def test_cancel_while_it_runs_and_a_second_server_on_the_same_folder(tmp_path: Path, clip: Path) -> None:
    with served(tmp_path, "--preload", "vad") as one:

        def call(path: str, data: bytes | None = None, method: str | None = None) -> Any:
            request = urllib.request.Request(one.url + path, data, {"Content-Type": "audio/wav"} if data else {}, method=method)
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.loads(answer.read())

        names = [call("/v1/jobs?verb=listen", clip.read_bytes())["id"] for _ in range(3)]
        assert call(f"/v1/jobs/{names[0]}", method="DELETE")["state"] == "canceled"
        assert call(f"/v1/jobs/{names[2]}", method="DELETE")["state"] == "canceled"
        (tmp_path / "second").mkdir()
        with served(tmp_path / "second", "--jobs", str(tmp_path / "jobs")) as second:
            assert second.process.wait(30) == 5 and "another process holds" in second.text


def test_a_polite_stop_hands_the_running_job_back(tmp_path: Path, clip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun = threading.Event()

    def crawl(source: Any, shelf: Any, options: Any, progress: Any) -> Any:
        begun.set()
        for n in range(3000):
            time.sleep(0.01)
            progress.step(n / 1000, None, "crawl")

    page = find.page("tasks", "info")
    monkeypatch.setattr(page, "TASK", dataclasses.replace(page.TASK, run=crawl))
    with TestClient(app(Options(log="none", preload=(), jobs=str(tmp_path))), base_url="http://127.0.0.1:8000") as client:
        name = client.post("/v1/jobs", files={"file": clip.read_bytes()}, data={"verb": "info"}).json()["id"]
        assert begun.wait(20)
        with pytest.raises(LimitReached), files_locked(tmp_path):
            pass
    ledger = Ledger(tmp_path)
    job = ledger.get(name)
    ledger.close()
    assert job is not None and job.state == "waiting" and job.tries == 0


def files_locked(folder: Path) -> Any:
    """The lock that a second server would need."""
    from aural.files import locked

    return locked(folder / "lock", timeout=0)
