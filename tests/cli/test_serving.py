"""`aural serve --cluster` on several real Ray nodes: its clients see one server, and a node that dies costs no answer."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import openai
import pytest
from ray_nodes import ROOT, nodes
from serving import Served, served

import aural
from aural.sound.sound import load

RAY = importlib.util.find_spec("ray") is not None
pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals and /proc as Unix has them")
MARK = f"AURAL_TEST_FLEET={os.getpid()}"
LIMIT = 120  # s


@pytest.fixture(scope="module")
def cluster() -> Iterator[tuple[str, Any]]:
    """Two nodes with one core each: the address, and what kills one of them."""
    with nodes(2, dict([MARK.split("=")])) as made:
        yield made


@pytest.fixture(scope="module")
def fleet(cluster: tuple[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A front with a server on each node, ready."""
    flags = ["--replicas", "2", "--preload", "vad", "--wyoming", "0", "--log", "none"]
    with served(tmp_path_factory.mktemp("fleet"), "--cluster", cluster[0], *flags) as front:
        until(lambda: state(front)["replicas"] == 2)
        yield front


def until(told: Callable[[], bool]) -> None:
    limit = time.monotonic() + LIMIT
    while not told():
        assert time.monotonic() < limit
        time.sleep(0.05)


def ask(front: Served, path: str, data: bytes | None = None, method: str | None = None) -> Any:
    request = urllib.request.Request(front.url + path, data, {"Content-Type": "audio/wav"} if data else {}, method=method)
    with urllib.request.urlopen(request, timeout=LIMIT) as answer:
        return json.loads(answer.read())


def state(front: Served) -> Any:
    try:
        return ask(front, "/ready")
    except urllib.error.HTTPError as error:
        with error:
            return json.loads(error.read())


def actors() -> list[str]:
    """The servers on the nodes of this test."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            if MARK.encode() in (place / "environ").read_bytes() and b"ray::Server" in (place / "cmdline").read_bytes():
                found.append(place.name)
        except OSError:
            continue
    return found


@pytest.mark.weights
@pytest.mark.skipif(not RAY, reason="ray is not installed")
def test_the_official_client_sees_one_server(fleet: Served, clip: Path) -> None:
    client = openai.OpenAI(base_url=f"{fleet.url}/v1", api_key="any", max_retries=0)
    with clip.open("rb") as file:
        made = client.audio.transcriptions.create(
            file=file, model="small", response_format="verbose_json", timestamp_granularities=["word"]
        )
    assert "hear me" in made.text.lower() and made.words
    with clip.open("rb") as file:
        events = list(client.audio.transcriptions.create(file=file, model="small", stream=True))
    assert events[-1].type == "transcript.text.done" and "hear me" in events[-1].text.lower()
    assert any(model.id == "moonshine-tiny" for model in client.models.list())
    with pytest.raises(openai.BadRequestError), clip.open("rb") as file:
        client.audio.transcriptions.create(file=file, model="small", response_format="nothing")  # type: ignore[call-overload]


@pytest.mark.weights
@pytest.mark.skipif(not RAY, reason="ray is not installed")
def test_live_words_come_through(fleet: Served, clip: Path) -> None:
    from websockets.sync.client import connect

    samples = (load(clip).samples[0] * 32767).astype("<i2").tobytes() + bytes(16000)
    with connect(fleet.url.replace("http", "ws") + "/v1/stream?model=small") as line:
        assert json.loads(line.recv())["type"] == "ready"
        line.send(samples)
        line.send('{"type": "end"}')
        got = [json.loads(text) for text in line]
    assert "hear me" in " ".join(m["text"] for m in got if m["type"] == "final").lower() and got[-1]["type"] == "end"


@pytest.mark.weights
@pytest.mark.skipif(not RAY, reason="ray is not installed")
def test_home_automation_comes_through(fleet: Served, clip: Path) -> None:
    with warnings.catch_warnings():  # the package imports a module that Python is about to drop
        warnings.simplefilter("ignore", DeprecationWarning)
        from wyoming.asr import Transcribe, Transcript
        from wyoming.audio import AudioChunk, AudioStart, AudioStop
        from wyoming.client import AsyncTcpClient

    until(lambda: "Wyoming on tcp://" in fleet.text)
    port = int(fleet.text.partition("Wyoming on tcp://127.0.0.1:")[2].split()[0])
    samples = (load(clip).samples[0] * 32767).astype("<i2").tobytes()

    async def talk() -> str:
        async with AsyncTcpClient("127.0.0.1", port) as client:
            await client.write_event(Transcribe(name="small").event())
            await client.write_event(AudioStart(16000, 2, 1).event())
            for at in range(0, len(samples), 2048):
                await client.write_event(AudioChunk(16000, 2, 1, samples[at : at + 2048]).event())
            await client.write_event(AudioStop().event())
            while (event := await client.read_event()) is not None:
                if Transcript.is_type(event.type):
                    return Transcript.from_event(event).text
        raise AssertionError("no transcript came")

    assert "hear me" in asyncio.run(asyncio.wait_for(talk(), LIMIT)).lower()


@pytest.mark.weights
@pytest.mark.skipif(not RAY, reason="ray is not installed")
def test_who_leaves_frees_the_server(fleet: Served, tmp_path: Path) -> None:
    load(aural.sample("dialogue")).mono().resample(16000).save(tmp_path / "long.wav")
    body = (tmp_path / "long.wav").read_bytes()
    head = f"POST /v1/diarize HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: audio/wav\r\nContent-Length: {len(body)}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", fleet.port)) as line:
        line.sendall(head.encode() + body)
        until(lambda: state(fleet)["inside"] == 1)
    begun = time.monotonic()
    until(lambda: state(fleet)["inside"] == 0)
    assert time.monotonic() - begun < 1.0


@pytest.mark.weights
@pytest.mark.skipif(not RAY, reason="ray is not installed")
def test_a_node_dies_and_every_request_and_job_is_answered_once(fleet: Served, cluster: tuple[str, Any], clip: Path) -> None:
    data, found = clip.read_bytes(), list[Any]()
    askers = [threading.Thread(target=lambda: found.append(ask(fleet, "/v1/transcribe?model=small", data))) for _ in range(12)]
    jobs = [ask(fleet, "/v1/jobs?verb=transcribe&model=small", data, "POST")["id"] for _ in range(3)]
    for one in askers:
        one.start()
    until(lambda: len(found) >= 2)
    cluster[1]()
    for one in askers:
        one.join()
    assert [told["text"] for told in found] == [found[0]["text"]] * 12 and "hear me" in found[0]["text"].lower()
    for name in jobs:
        until(lambda: ask(fleet, f"/v1/jobs/{name}")["state"] == "done")  # noqa: B023
        assert ask(fleet, f"/v1/jobs/{name}/result")["segments"] == found[0]["segments"]
    assert len(ask(fleet, "/v1/jobs")["data"]) == 3
    until(lambda: state(fleet)["replicas"] < 2)  # on a busy machine all may be answered before the loss is seen
    assert state(fleet)["replicas"] == 1 and "is gone" in fleet.text
    assert fleet.stop(signal.SIGTERM) == 0 and "Traceback" not in fleet.text, fleet.text
    until(lambda: not actors())


@pytest.mark.skipif(not RAY, reason="ray is not installed")
def test_a_cluster_that_is_not_there_is_told_at_once(tmp_path: Path) -> None:
    line = [sys.executable, "-m", "aural", "serve", "--port", "0", "--cluster", "127.0.0.1:1", "--jobs", str(tmp_path)]
    done = subprocess.run(line, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)}, timeout=60)
    assert done.returncode == 5 and "cannot be reached" in done.stderr and "Traceback" not in done.stderr


@pytest.mark.skipif(RAY, reason="ray is installed")
def test_a_fleet_needs_its_package(tmp_path: Path) -> None:
    line = [sys.executable, "-m", "aural", "serve", "--port", "0", "--cluster", "127.0.0.1:1", "--jobs", str(tmp_path)]
    done = subprocess.run(line, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)})
    assert done.returncode == 4 and "pip install 'aural[cluster]'" in done.stderr
