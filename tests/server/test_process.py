"""The server as a process: polite stops, slow, leaving and rude clients; nothing is left behind and it lives on."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import socket
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from serving import Served, drained, served

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals and /proc as Unix has them")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("serve"), "--max-upload", "2", "--patience", "1", "--preload", "vad") as one:
        yield one


def get(server: Served, path: str) -> tuple[int, bytes]:
    try:
        with urllib.request.urlopen(server.url + path, timeout=20) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


def head(path: str, length: int, kind: str = "multipart/form-data; boundary=x") -> bytes:
    return f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n\r\n".encode()


PART = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\n\r\n'


@pytest.mark.weights
def test_it_gets_ready_and_says_so(server: Served) -> None:
    limit = time.monotonic() + 30
    while get(server, "/ready")[0] != 200:
        assert time.monotonic() < limit
        time.sleep(0.05)


def open_files(process: int) -> list[str]:
    """What a process holds open, where the system tells it; what is closed while we look is gone."""
    found = []
    for place in Path(f"/proc/{process}/fd").iterdir() if Path("/proc/self/fd").exists() else ():
        with contextlib.suppress(FileNotFoundError):
            found.append(str(place.readlink()))
    return found


def test_aborted_uploads_leave_nothing(server: Served) -> None:
    for _ in range(50):
        with socket.create_connection(("127.0.0.1", server.port)) as line:
            line.sendall(head("/v1/vad", 2_000_000) + PART + bytes(1_200_000))
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")  # leave without a word
    limit = time.monotonic() + 20
    while json.loads(get(server, "/ready")[1])["inside"] or server.left():
        assert time.monotonic() < limit, server.left()
        time.sleep(0.05)
    assert not [f for f in open_files(server.process.pid) if str(server.place) in f]


def test_an_upload_that_stands_still_is_ended(server: Served) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as line:
        line.sendall(head("/v1/vad", 1_000_000) + PART + bytes(10))
        begun = time.monotonic()
        assert b" 408 " in drained(line)[:20]
    assert time.monotonic() - begun < 5


def test_a_trickle_is_ended(server: Served) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as line:
        line.sendall(head("/v1/vad", 1_000_000) + PART)
        begun = time.monotonic()
        with contextlib.suppress(OSError):
            while time.monotonic() - begun < 8:
                line.sendall(b"a")
                time.sleep(0.3)
        assert b" 408 " in drained(line)[:20]


def test_too_large_by_its_head_is_told_before_it_came(server: Served) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as line:
        line.sendall(head("/v1/vad", 1_000_000_000) + PART + bytes(100))
        assert b" 413 " in drained(line)[:20]


def rude(random_: random.Random) -> bytes:
    """One request that no client of good will would send."""
    kinds = [
        lambda: random_.randbytes(random_.randrange(1, 4000)),
        lambda: b"GET /%s HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" % (b"../" * 50 + b"etc/passwd"),
        lambda: b"GET /v1/models/%00%ff%2e%2e%2f HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        lambda: b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: " + b"a" * 100_000 + b"\r\n\r\n",
        lambda: b"BREW /v1/tag HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        lambda: b"GET / HTTP/1.1\r\n\r\n",
        lambda: head("/v1/tag", 30, "multipart/form-data") + bytes(30),
        lambda: head("/v1/tag", 300) + random_.randbytes(300),
        lambda: head("/v1/tag", len(PART) + 50) + PART + random_.randbytes(50),
        lambda: head("/v1/tag", 40, "multipart/form-data; boundary=" + "y" * 5000) + bytes(40),
        lambda: head("/v1/tag", 50_000, "application/json") + b"[" * 50_000,
        lambda: head("/v1/tag", 12, "application/json") + b'{"top": NaN}',
        lambda: head("/v1/audio/speech", 2, "application/json") + b"\xff\xfe",
        lambda: head("/v1/audio/transcriptions", 9, "audio/wav") + b"RIFF\0\0\0\0W",
        lambda: b"POST /v1/tag HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: -5\r\n\r\n",
        lambda: b"POST /v1/tag HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\nZZZ\r\n",
        lambda: b"GET /v1/stream HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n" + random_.randbytes(200),
        lambda: b"GET /v1/realtime HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
    ]  # fmt: skip
    return random_.choice(kinds)()


def test_two_hundred_rude_requests_get_the_right_status(server: Served) -> None:
    random_ = random.Random(11)
    statuses = set()
    for _ in range(200):
        got = server.raw(rude(random_))
        if got:
            assert got.startswith(b"HTTP/1.1 "), got[:80]
            statuses.add(int(got.split()[1]))
    assert statuses <= {101, 200, 400, 403, 404, 405, 408, 413, 415, 426, 431} and 400 in statuses, statuses
    assert get(server, "/health")[0] == 200
    assert "Traceback" not in server.text and "a bug" not in server.text, server.text[-2000:]


def test_a_polite_kill_finishes_what_runs(tmp_path: Path, clip: Path) -> None:
    with served(tmp_path, "--preload", "vad", "--log", "json") as one:
        body = PART + clip.read_bytes() + b"\r\n--x--\r\n"
        got: list[bytes] = []
        asking = threading.Thread(target=lambda: got.append(one.raw(head("/v1/diarize", len(body)) + body, 60, leave=False)))
        asking.start()
        limit = time.monotonic() + 30
        while not json.loads(get(one, "/ready")[1])["inside"]:
            assert time.monotonic() < limit
            time.sleep(0.01)
        assert one.stop(signal.SIGTERM) == 0
        asking.join()
        assert got[0].startswith(b"HTTP/1.1 200"), got[0][:200] + one.text.encode()
        assert "Traceback" not in one.text and not one.left()


def test_an_address_that_is_taken(tmp_path: Path, server: Served) -> None:
    import subprocess
    import sys

    done = subprocess.run([sys.executable, "-m", "aural", "serve", "--port", str(server.port)], capture_output=True, text=True)
    assert done.returncode == 2 and "cannot be listened on" in done.stderr and "Traceback" not in done.stderr


@pytest.mark.weights
@pytest.mark.filterwarnings("ignore:connect.. must be used as a context manager:DeprecationWarning")  # the library does so
def test_the_realtime_client_of_the_official_library(server: Served, clip: Path) -> None:
    import base64

    import numpy as np
    import openai

    from aural.sound.sound import load

    samples = np.pad(load(clip).resample(24000).samples[0], (0, 12000))
    pcm = (samples * 32767).astype("<i2").tobytes()
    client = openai.OpenAI(base_url=f"{server.url}/v1", api_key="any")
    with client.realtime.connect(extra_query={"intent": "transcription"}) as connection:
        heard = {"transcription": {"model": "small", "language": "en"}, "turn_detection": {"type": "server_vad"}}
        connection.session.update(session={"type": "transcription", "audio": {"input": heard}})  # type: ignore[typeddict-item]
        for at in range(0, len(pcm), 9600):
            connection.input_audio_buffer.append(audio=base64.b64encode(pcm[at : at + 9600]).decode())
        kinds = []
        for event in connection:
            kinds.append(event.type)
            if event.type == "conversation.item.input_audio_transcription.completed":
                assert "hear me" in event.transcript.lower()
                break
    assert kinds[:3] == ["session.created", "session.updated", "input_audio_buffer.speech_started"]
