"""What does the server cost beside the command, what do many clients get, and how far behind are live words?

python -m bench.serve --data DATA --json bench/receipts/serve.json
"""

from __future__ import annotations

import argparse
import contextlib
import json
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from aural.metrics.words import wer
from aural.models.runtime import Runtime
from aural.models.shelf import Shelf
from aural.progress import Quiet
from aural.sound.source import Source
from aural.tasks import transcribe
from aural.text.scoring import normalize
from bench.joined import conversation
from bench.manifests import placed
from bench.report import Finding, Table, busy, publish

CLIENTS = 8


@dataclass
class Server:
    """A running `aural serve`."""

    url: str

    def post(self, path: str, body: bytes) -> tuple[float, Any]:
        """(seconds, answer) of one request with a recording as its body."""
        begun = time.perf_counter()
        request = urllib.request.Request(self.url + path, body, {"Content-Type": "audio/wav"})
        with urllib.request.urlopen(request, timeout=600) as answer:
            told = json.loads(answer.read())
        return time.perf_counter() - begun, told

    def gauge(self, name: str) -> float:
        """A number of /metrics."""
        with urllib.request.urlopen(self.url + "/metrics", timeout=60) as answer:
            found = re.search(rf"^{name} (\S+)$", answer.read().decode(), re.MULTILINE)
        return float(found[1]) if found else 0.0


@contextlib.contextmanager
def served(folder: Path, *flags: str, count: int = 1) -> Iterator[Server]:
    """`aural serve` with these flags in a process of its own, once `count` servers are ready."""
    folder.mkdir(exist_ok=True)
    log = folder / "serve.log"
    command = [sys.executable, "-m", "aural", "serve", "--port", "0", "--log", "none", "--jobs", str(folder / "jobs"), *flags]
    with log.open("wb") as out, subprocess.Popen(command, stderr=out) as process:
        try:
            server = Server(listening(log))
            while server.gauge("aural_ready") < count:
                time.sleep(0.1)
            yield server
        finally:
            process.terminate()
            process.wait(60)


def listening(log: Path) -> str:
    """The address that a server has written, once it has."""
    while not (found := re.search(r"listening on (\S+)", log.read_text())):
        time.sleep(0.1)
    return found[1]


def overhead(server: Server, clip: Path, rounds: int) -> Table:
    """The same 10 s through the server and in this process, in turn, models open in both."""
    body, both = clip.read_bytes(), dict[str, list[float]](command=[], server=[])
    shelf = Shelf(transcribe.TASK.roles, Runtime(), Quiet(), keep=True)
    for n in range(rounds + 2):
        begun = time.perf_counter()
        result = transcribe.run(Source(clip), shelf, transcribe.Options(), Quiet())
        inner = time.perf_counter() - begun
        outer, told = server.post("/v1/transcribe", body)
        assert told["text"] == result.text
        if n >= 2:  # the first ones open models and warm caches
            both["command"].append(inner)
            both["server"].append(outer)
    shelf.close()
    ratios = [b / a for a, b in zip(both["command"], both["server"], strict=True)]
    low, high = interval(ratios)
    shown = tuple((name, statistics.median(v), min(v), max(v), None, None) for name, v in both.items())
    ratio = ("server / command, in pairs", statistics.median(ratios), min(ratios), max(ratios), low, high)
    columns = ("what", "median", "least", "most", "95 % low", "95 % high")
    return Table(f"One request of 10 s, {rounds} rounds in turn, s", columns, (*shown, ratio))


def throughput(server: Server, clips: list[Path], rounds: int) -> Table:
    """Many clients against the command over the same files, in turn."""
    seconds = sum(Source(c).recording.duration or 0.0 for c in clips)
    table = []
    for _ in range(rounds):
        begun = time.perf_counter()
        with tempfile.TemporaryDirectory() as folder:
            command = [sys.executable, "-m", "aural", "transcribe", *map(str, clips), "-f", "json", "-o", folder, "--quiet"]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        offline = time.perf_counter() - begun
        spent, waits = crowd(server, clips)
        p50, p99 = np.percentile(waits, [50, 99]).tolist()
        table.append((seconds / offline, seconds / spent, offline / spent, p50, p99))
    middle = tuple(statistics.median(column) for column in zip(*table, strict=True))
    columns = ("command, s of sound a s", f"server with {CLIENTS} clients, s of sound a s", "server / command", "p50 s", "p99 s")
    title = f"{len(clips)} readings ({seconds:.0f} s), median of {rounds} rounds in turn"
    note = "The command starts its processes and opens their models within its time, as it does for a user."
    return Table(title, columns, (middle, *table), (note, "First row: medians; then each round."))


def crowd(server: Server, clips: list[Path]) -> tuple[float, list[float]]:
    """(wall seconds, seconds of each request) with CLIENTS clients that ask without a pause."""
    left, waits, lock = list(clips), list[float](), threading.Lock()

    def client() -> None:
        while True:
            with lock:
                if not left:
                    return
                clip = left.pop()
            spent, _ = server.post("/v1/transcribe", clip.read_bytes())
            waits.append(spent)

    threads = [threading.Thread(target=client) for _ in range(CLIENTS)]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - begun, waits


def memory(server: Server, clip: Path, requests: int) -> Table:
    """Resident memory over many requests, and after uploads that broke off."""
    body, found, done = clip.read_bytes(), [], 0
    for share in (0.05, 0.25, 0.5, 0.75, 1.0):
        while done < round(share * requests):
            server.post("/v1/transcribe?model=small", body)
            done += 1
        found.append((f"after {done} requests", server.gauge("aural_resident_bytes") / 1e6))
    host, port = server.url.removeprefix("http://").split(":")
    for _ in range(50):
        with socket.create_connection((host, int(port))) as line:
            line.sendall(b"POST /v1/vad HTTP/1.1\r\nHost: localhost\r\nContent-Type: audio/wav\r\nContent-Length: 90000000\r\n\r\n")
            line.sendall(bytes(2_000_000))
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    while server.gauge("aural_inside"):
        time.sleep(0.05)
    found.append(("after 50 uploads that broke off", server.gauge("aural_resident_bytes") / 1e6))
    return Table("Memory of the server, MB", ("when", "MB"), tuple(found))


def live(server: Server, talk: Path, reference: str) -> Table:
    """Speech sent as fast as it is said: when the first words and the finals come, and how many are wrong."""
    from websockets.sync.client import connect

    sound = Source(talk).load(rate=16000, mono=True)
    data = (np.clip(sound.samples[0], -1, 1) * 32767).astype("<i2").tobytes()
    got: list[tuple[float, dict[str, Any]]] = []
    with connect(server.url.replace("http", "ws") + "/v1/stream") as line:
        assert json.loads(line.recv())["type"] == "ready"
        begun = time.perf_counter()

        def listen() -> None:
            for text in line:
                got.append((time.perf_counter() - begun, json.loads(text)))

        ear = threading.Thread(target=listen)
        ear.start()
        for n, at in enumerate(range(0, len(data), 3200)):
            time.sleep(max(0.0, begun + n * 0.1 - time.perf_counter()))
            line.send(data[at : at + 3200])
        line.send('{"type": "end"}')
        ear.join()
    first, lags = [], [m["lag"] for _, m in got if m["type"] == "final"]
    waiting: float | None = None
    for when, message in got:
        if message["type"] == "speech_start":
            waiting = message["start"]
        elif message["type"] in ("partial", "final") and waiting is not None:
            first.append(when - waiting)
            waiting = None
    text = " ".join(m["text"] for _, m in got if m["type"] == "final")
    offline = server.post("/v1/transcribe", talk.read_bytes())[1]["text"]
    partials = sum(m["type"] == "partial" for _, m in got)
    table = (
        ("first words after the beginning of speech, s: median", statistics.median(first)),
        ("the same, 95 of 100", float(np.percentile(first, 95))),
        ("final after the end of a phrase (its pause of 0.5 s included), s: median", statistics.median(lags)),
        ("the same, 95 of 100", float(np.percentile(lags, 95))),
        ("partials sent", partials),
        ("partials left out, being behind", got[-1][1]["dropped"]),
        ("word error rate live, %", rate(reference, text)),
        ("word error rate of the whole recording at once, %", rate(reference, offline)),
    )
    return Table(
        f"Live, {sound.duration:.0f} s of joined readings in real time over /v1/stream", ("what", "value"), table, (busy(),)
    )


def rate(reference: str, text: str) -> float:
    """Word errors in percent, both normalized as `evaluate` does it."""
    return 100 * wer(normalize(reference), normalize(text))


def interval(values: list[float]) -> tuple[float, float]:
    """95 % bootstrap of the median."""
    draws = np.random.default_rng(0).choice(values, (2000, len(values)))
    low, high = np.percentile(np.median(draws, axis=1), [2.5, 97.5]).tolist()
    return low, high


def main() -> None:
    """All of it, or the parts that are named."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--clips", type=int, default=24)
    parser.add_argument("--requests", type=int, default=2000)
    parser.add_argument("--seconds", type=float, default=90)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    manifest = args.data / "librispeech_mini/valid.jsonl"
    found = placed(manifest)
    clips = [Path(row["audio"]) for row in found[:: max(1, len(found) // args.clips)]][: args.clips]
    with tempfile.TemporaryDirectory() as name, served(Path(name)) as server:
        folder = Path(name)
        conversation([manifest], 10, folder / "joined.wav")
        Source(folder / "joined.wav").load(end=10.0).save(folder / "ten.wav")
        Source(folder / "joined.wav").load(end=2.0).save(folder / "two.wav")
        told = conversation([manifest], args.seconds, folder / "talk.wav", seed=1)
        reference = " ".join(str(row["text"]) for row in told)
        tables = (
            overhead(server, folder / "ten.wav", args.rounds),
            throughput(server, clips, 2),
            live(server, folder / "talk.wav", reference),
            memory(server, folder / "two.wav", args.requests),
        )
    publish(Finding("What does the server cost beside the command, and how far behind are live words?", tables), args.json)


if __name__ == "__main__":
    main()
