"""The door, the limits and what operators ask for: token, origins, 413, 429, 504, meters, logs, models closed when idle."""

from __future__ import annotations

import asyncio
import json
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from starlette.exceptions import HTTPException
from starlette.testclient import TestClient

from aural import find
from aural.errors import EmptySound, LimitReached, ModelMissing, SoundError, UsageError
from aural.models.kept import Kept
from aural.models.runtime import Runtime
from aural.server.answers import failure, problem, status_of, told
from aural.server.app import app
from aural.server.desk import Desk
from aural.server.meters import Meters
from aural.server.options import Options
from aural.server.uploads import shown_name
from aural.server.watch import Stopped, TooLong, TooSlow, Watch
from aural.sound.encode import Writer
from aural.sound.sound import Sound

WAV = {"file": ("a.wav", b"")}


@contextmanager
def serving(**options: Any) -> Iterator[TestClient]:
    with tempfile.TemporaryDirectory() as jobs:
        made = Options(**{"log": "none", "preload": (), "jobs": jobs, **options})
        with TestClient(app(made), base_url="http://127.0.0.1:8000") as client:
            yield client


@pytest.fixture
def tone(tmp_path: Path) -> bytes:
    Sound((0.1 * np.sin(np.arange(32000) / 10))[None].astype(np.float32), 16000).save(tmp_path / "tone.wav")
    return (tmp_path / "tone.wav").read_bytes()


def hearing(monkeypatch: pytest.MonkeyPatch, act: Callable[..., Any], verb: str = "info") -> None:
    """Let a verb do `act(source, progress)` instead of its work."""
    import dataclasses

    page = find.page("tasks", verb)
    monkeypatch.setattr(
        page, "TASK", dataclasses.replace(page.TASK, run=lambda source, shelf, options, progress: act(source, progress))
    )


def test_a_token_is_asked_for_but_not_by_health() -> None:
    with serving(token="s3cret") as client:
        assert client.get("/health").status_code == 200 and client.get("/ready").status_code in (200, 503)
        for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic s3cret"}, {"Authorization": "Bearer é"}):
            refused = client.get("/v1/models", headers=[(k, v.encode()) for k, v in headers.items()])
            assert refused.status_code == 401 and refused.headers["www-authenticate"] == "Bearer"
            assert refused.json()["error"]["code"] == "invalid_api_key"
        assert client.get("/metrics").status_code == 401
        assert client.get("/v1/models", headers={"Authorization": "Bearer s3cret"}).status_code == 200


def test_the_token_is_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AURAL_TOKEN", "there")
    with serving() as client:
        assert client.get("/v1/models").status_code == 401


def test_pages_from_elsewhere_may_not_ask() -> None:
    with serving() as client:
        assert client.get("/v1/models", headers={"Origin": "https://evil.example"}).status_code == 403
        assert client.get("/v1/models", headers={"Origin": "http://127.0.0.1:8000"}).status_code == 200
        assert client.get("/v1/models", headers={"Host": "evil.example:8000"}).status_code == 403  # a name bound anew to 127.0.0.1
    with serving(origins=("https://notes.example",)) as client:
        told = client.get("/v1/models", headers={"Origin": "https://notes.example"})
        assert told.status_code == 200 and told.headers["access-control-allow-origin"] == "https://notes.example"


def test_no_text_is_taken_for_a_page_and_nothing_is_kept_on_the_way(tone: bytes) -> None:
    with serving() as client:
        told = client.post("/v1/info", files={"file": ("a.wav", tone)})
        assert told.headers["x-content-type-options"] == "nosniff" and told.headers["cache-control"] == "no-store"
        assert client.get("/").headers["cache-control"] == "no-cache"


def test_a_small_file_that_unpacks_to_hours_is_not_heard(tmp_path: Path) -> None:
    with Writer(tmp_path / "bomb.flac", 8000, 1) as out:
        for _ in range(15):
            out.write(np.zeros((1, 8000 * 60), np.float32))
    data = (tmp_path / "bomb.flac").read_bytes()
    assert len(data) < 400_000
    begun = time.monotonic()
    with serving(max_length=600.0) as client:
        assert client.post("/v1/vad", files={"file": ("a.flac", data)}).status_code == 413
    assert time.monotonic() - begun < 3


def test_large_uploads_are_refused_by_their_head_and_by_their_bytes(tone: bytes) -> None:
    def pieces() -> Iterator[bytes]:
        for _ in range(40):
            yield bytes(1000)

    with serving(max_upload=0.02) as client:
        assert client.post("/v1/info", files={"file": ("a.wav", tone)}).status_code == 413
        counted = client.post("/v1/info", content=pieces())
        assert counted.status_code == 413 and counted.json()["error"]["code"] == "too_large"


def test_long_recordings_are_refused_by_their_head_and_as_they_are_heard(tone: bytes) -> None:
    with serving(max_length=1.0) as client:
        assert client.post("/v1/info", files={"file": ("a.wav", tone)}).status_code == 413
    watch = Watch(10.0, 60.0)
    watch.step(5.0, None, "x")
    watch.step(50.0, None, "fetch", "B")
    with pytest.raises(TooLong):
        watch.step(11.0, None, "x")  # what no header had said


def test_the_desk_is_full(monkeypatch: pytest.MonkeyPatch, tone: bytes) -> None:
    begun, go = threading.Event(), threading.Event()

    def wait(source: Any, progress: Any) -> Any:
        begun.set()
        go.wait(20)
        raise UsageError("done")

    hearing(monkeypatch, wait)
    with serving(running=1, queue=0) as client:
        first = threading.Thread(target=lambda: client.post("/v1/info", files={"file": ("a.wav", tone)}))
        first.start()
        assert begun.wait(20)
        second = client.post("/v1/info", files={"file": ("a.wav", tone)})
        go.set()
        first.join()
        assert second.status_code == 429 and int(second.headers["retry-after"]) >= 1
        assert "aural_refused_total 1" in client.get("/metrics").text
        assert client.post("/v1/info", files={"file": ("a.wav", tone)}).status_code == 400  # the place is free again


def test_work_that_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch, tone: bytes) -> None:
    def crawl(source: Any, progress: Any) -> Any:
        for second in range(1000):
            time.sleep(0.02)
            progress.step(second / 1000, None, "crawl")

    hearing(monkeypatch, crawl)
    with serving(timeout=1.0) as client:
        assert client.post("/v1/info", files={"file": ("a.wav", tone)}).status_code == 504


def test_a_bug_is_told_without_what_was_in_its_hands(
    monkeypatch: pytest.MonkeyPatch, tone: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(source: Any, progress: Any) -> Any:
        raise RuntimeError("the patient said")

    hearing(monkeypatch, fail)
    with serving() as client:
        said = client.post("/v1/info", files={"file": ("a.wav", tone)})
    assert said.status_code == 500 and "patient" not in said.text
    logged = capsys.readouterr().err
    assert "RuntimeError" in logged and "test_door.py" in logged and "patient" not in logged and "Traceback" not in logged


def test_logs_have_no_content(tone: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    with serving(log="json") as client:
        client.post("/v1/info?top_secret=1", files={"file": ("my-name.wav", tone)})
        client.get("/v1/models/moonshine-base")
        client.get("/etc/passwd")
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [x["route"] for x in lines] == ["/v1/info", "/v1/models/{name}", "other"]
    assert set(lines[0]) == {"time", "method", "route", "status", "seconds", "sent"}


def test_meters_are_what_prometheus_reads(tone: bytes) -> None:
    with serving() as client:
        client.post("/v1/info", files={"file": ("a.wav", tone)})
        text = client.get("/metrics").text
    assert 'aural_requests_total{route="/v1/info",status="200"} 1' in text
    assert 'aural_sound_seconds_total{verb="info"} 2' in text
    assert 'aural_request_seconds_bucket{route="/v1/info",le="+Inf"} 1' in text
    assert "# TYPE aural_models_open gauge\naural_models_open 0" in text
    for line in text.splitlines():
        assert line.startswith("#") or (len(line.rsplit(" ", 1)) == 2 and float(line.rsplit(" ", 1)[1]) >= 0)


def test_a_histogram_counts_upwards() -> None:
    meters = Meters()
    for value in (0.01, 0.2, 700.0):
        meters.spread("live_lag_seconds", value)
    text = meters.text({})
    assert 'aural_live_lag_seconds_bucket{le="0.05"} 1' in text and 'le="0.25"} 2' in text and "_sum 700.21" in text


@pytest.mark.weights
def test_models_are_shared_and_closed_when_idle() -> None:
    kept = Kept(Runtime(), idle=0.05)
    with kept.opened("silero-vad", "vad") as one, kept.opened("silero-vad", "vad") as two:
        assert one is two and kept.open == 1
        time.sleep(0.1)
        assert kept.sweep() == 0  # in use
    assert kept.sweep() == 0
    time.sleep(0.1)
    assert kept.sweep() == 1 and kept.open == 0
    with pytest.raises(ModelMissing), kept.opened("nothing", "vad"):
        pass
    kept.close()


@pytest.mark.weights
def test_several_at_once_answer_as_one_alone(server: TestClient, clip: Path) -> None:
    def ask() -> str:
        return server.post("/v1/transcribe", files={"file": ("c.wav", clip.read_bytes())}, data={"model": "small"}).text

    alone, found = ask(), []
    threads = [threading.Thread(target=lambda: found.append(ask())) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [alone] * 6


def test_statuses() -> None:
    for error, status in (
        (UsageError("x"), 400), (EmptySound("x"), 400), (SoundError("x"), 400), (ModelMissing("x"), 404), (TooLong("x"), 413),
        (TooSlow("x"), 504), (Stopped("x"), 499), (LimitReached("x"), 503), (HTTPException(418), 418), (KeyError("x"), 500),
    ):  # fmt: skip
        assert status_of(error) == status
    assert told(UsageError("wrong", where="--top"))["param"] == "top"
    assert problem(429, "x")["type"] == "rate_limit_error"
    assert failure(HTTPException(429, "x", {"Retry-After": "3"})).headers["retry-after"] == "3"


def test_names_of_files_are_only_shown() -> None:
    for name, shown in (
        ("../../etc/passwd", "passwd"), ("C:\\x\\y.wav", "y.wav"), ("", "recording"), (None, "recording"), ("..", "recording"),
        ("a\nb\x00.wav", "a_b_.wav"), ("x" * 999, "x" * 120), ("Ünïcode 🎤.wav", "Ünïcode 🎤.wav"),
    ):  # fmt: skip
        assert shown_name(name) == shown


def test_a_client_that_leaves_stops_the_work_before_and_while_it_runs() -> None:
    async def scene() -> None:
        desk = Desk(Options(running=1))
        go, stopped = threading.Event(), threading.Event()

        def busy(watch: Watch) -> str:
            go.wait(10)
            try:
                watch.check()
            except Stopped:
                stopped.set()
                raise
            return "done"

        async def soon() -> None:
            await asyncio.sleep(0.05)

        first, second = desk.watch(), desk.watch()
        running = asyncio.ensure_future(desk.work(lambda: busy(first), first, soon))
        await asyncio.sleep(0.01)
        with pytest.raises(Stopped):  # it had not begun, so nobody has to wait for it
            await desk.work(lambda: "never", second, soon)
        go.set()
        with pytest.raises(Stopped):
            await running
        assert stopped.is_set()
        desk.close()

    asyncio.run(scene())


def test_options_that_cannot_be() -> None:
    for options in (Options(preload=("sing",)), Options(alias=("x",))):
        with pytest.raises(UsageError):
            app(options)


def test_requests_at_once_get_the_answers_of_each_alone() -> None:
    """Rows of eight requests through one model, in batches."""
    rng = np.random.default_rng(0)
    sounds = [0.1 * rng.standard_normal(int(rng.integers(4000, 12000))).astype(np.float32) for _ in range(24)]

    async def scene(batch: int) -> list[np.ndarray]:
        desk = Desk(Options(running=8, batch=batch))

        def asked(sound: np.ndarray) -> np.ndarray:
            with desk.kept.opened("digits", "classifier") as model:
                return np.asarray(model.score(sound[None], np.array([len(sound)]))[0])

        try:
            with ThreadPoolExecutor(8) as pool:
                return list(pool.map(asked, sounds))
        finally:
            desk.close()

    for alone, together in zip(asyncio.run(scene(1)), asyncio.run(scene(8)), strict=True):
        np.testing.assert_allclose(together, alone, atol=1e-5)
