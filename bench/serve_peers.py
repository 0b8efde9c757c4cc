"""The same clips over Wyoming and HTTP through aural and through other servers: how fast, at what CPU, with how many errors?

python -m bench.serve_peers --data DATA --wyoming PROGRAM --http PROGRAM --whisper FOLDER --json bench/receipts/serve_peers.json

The programs are wyoming-faster-whisper and faster-whisper-server, of an environment of their own; FOLDER holds a CTranslate2 model
such as whisper tiny.en.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
import wave
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from aural.metrics.words import wer
from aural.sound.source import Source
from aural.text.scoring import normalize
from bench.manifests import placed
from bench.report import Finding, Table, publish

CLIENTS = (1, 4)


def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@contextlib.contextmanager
def served(line: list[str], where: int, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A server that takes connections."""
    with log.open("wb") as out, subprocess.Popen(line, stdout=out, stderr=out) as process:
        try:
            limit = time.monotonic() + 240
            while True:
                with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", where), timeout=1):
                    break
                assert process.poll() is None and time.monotonic() < limit, log.read_text()
                time.sleep(0.1)
            yield process
        finally:
            process.terminate()


def cpu(process: int) -> float:
    """CPU seconds of a process and of the children that it waited for."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return sum(int(x) for x in fields[11:15]) / float(os.sysconf("SC_CLK_TCK"))


def told(line: Any, kind: str, data: dict[str, Any] | None = None, payload: bytes = b"") -> None:
    head: dict[str, Any] = {"type": kind, "version": "1.5.3"}
    text = json.dumps(data).encode() if data else b""
    if text:
        head["data_length"] = len(text)
    if payload:
        head["payload_length"] = len(payload)
    line.write(json.dumps(head).encode() + b"\n" + text + payload)


def transcript(where: int, samples: bytes, name: str | None) -> str:
    """What a server makes of 16-bit samples at 16 kHz."""
    form = {"rate": 16000, "width": 2, "channels": 1}
    with socket.create_connection(("127.0.0.1", where), timeout=300) as door, door.makefile("rwb") as line:
        told(line, "transcribe", {"language": "en"} | ({"name": name} if name else {}))
        told(line, "audio-start", form)
        for at in range(0, len(samples), 8192):
            told(line, "audio-chunk", form, samples[at : at + 8192])
        told(line, "audio-stop")
        line.flush()
        while (head := json.loads(line.readline())) is not None:
            data = head.get("data") or {}
            if size := head.get("data_length"):
                data |= json.loads(line.read(size))
            line.read(head.get("payload_length") or 0)
            if head["type"] == "transcript":
                return str(data["text"])
            assert head["type"] != "error", data
    raise AssertionError("no transcript came")


def written(where: int, samples: bytes, name: str | None) -> str:
    """What a server of OpenAI's audio API makes of the same samples."""
    held = io.BytesIO()
    with wave.open(held, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16000)
        file.writeframes(samples)
    edge = "e6c1f0a2"
    fields = {"response_format": "json", "language": "en"} | ({"model": name} if name else {})
    parts = [f'--{edge}\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n'.encode() for k, v in fields.items()]
    head = f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\nContent-Type: audio/wav\r\n\r\n'
    body = b"".join(parts) + head.encode() + held.getvalue() + f"\r\n--{edge}--\r\n".encode()
    kind = {"Content-Type": f"multipart/form-data; boundary={edge}"}
    request = urllib.request.Request(f"http://127.0.0.1:{where}/v1/audio/transcriptions", body, kind)
    with urllib.request.urlopen(request, timeout=300) as answer:
        return str(json.loads(answer.read())["text"])


Ask = Callable[[int, bytes, str | None], str]
Clips = list[tuple[bytes, str]]


def heard(process: int, ask: Ask, where: int, clips: Clips, name: str | None, clients: int) -> tuple[float, ...]:
    """(seconds of sound a second, CPU seconds for one, median s of a request, WER in percent) of all clips."""
    ask(where, clips[0][0], name)  # opens models

    def one(samples: bytes) -> tuple[float, str]:
        since = time.perf_counter()
        text = ask(where, samples, name)
        return time.perf_counter() - since, text

    before, begun = cpu(process), time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        told = list(pool.map(one, [samples for samples, _ in clips]))
    wall, spent = time.perf_counter() - begun, cpu(process) - before
    seconds = sum(len(samples) for samples, _ in clips) / 32000
    wrong = wer(normalize(" ".join(t for _, t in clips)), normalize(" ".join(text for _, text in told)))
    return seconds / wall, spent / seconds, statistics.median(t for t, _ in told), 100 * wrong


def over_wyoming(clips: Clips, peer: Path, whisper: Path, folder: Path) -> list[tuple[Any, ...]]:
    """Each server in turn, one clip after the other."""
    table, own, theirs = [], port(), port()
    line = [sys.executable, "-m", "aural", "serve", "--port", str(port()), "--wyoming", str(own), "--log", "none"]
    with served([*line, "--threads", "2", "--jobs", str(folder / "jobs")], own, folder / "own.log") as process:
        for model in (None, "small"):
            table.append((f"aural, {model or 'the usual model'}", *heard(process.pid, transcript, own, clips, model, 1)))
    line = [str(peer), "--uri", f"tcp://127.0.0.1:{theirs}", "--model", str(whisper), "--language", "en", "--data-dir", str(folder)]
    line += ["--cpu-threads", "2", "--compute-type", "int8", "--stt-library", "faster-whisper", "--local-files-only"]
    with served(line, theirs, folder / "peer.log") as process:
        found = heard(process.pid, transcript, theirs, clips, None, 1)
        table.append((f"wyoming-faster-whisper, {whisper.name} int8", *found))
    return table


def over_http(clips: Clips, peer: Path, whisper: Path, folder: Path) -> list[tuple[Any, ...]]:
    """Each server in turn, one clip after the other and with several clients."""
    table, own, theirs = [], port(), port()
    line = [sys.executable, "-m", "aural", "serve", "--port", str(own), "--log", "none", "--jobs", str(folder / "jobs")]
    with served(line, own, folder / "http.log") as process:
        for model in ("default", "small"):
            for clients in CLIENTS:
                found = heard(process.pid, written, own, clips, model, clients)
                table.append((f"aural, {'the usual model' if model == 'default' else model}", clients, *found))
    settings = folder / "peer.yaml"
    options = {"device": "cpu", "compute_type": "int8", "cpu_threads": 2}
    settings.write_text(json.dumps({"model_options": options, "models": [{"name": "whisper-1", "path": str(whisper)}]}))
    with served(
        [str(peer), "--config", str(settings), "--host", "127.0.0.1", "--port", str(theirs)], theirs, folder / "their.log"
    ) as process:
        for clients in CLIENTS:
            found = heard(process.pid, written, theirs, clips, None, clients)
            table.append((f"faster-whisper-server, {whisper.name} int8", clients, *found))
    return table


def main() -> None:
    """Each server in turn, over the same clips."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--wyoming", type=Path, required=True)
    parser.add_argument("--http", type=Path, required=True)
    parser.add_argument("--whisper", type=Path, required=True)
    parser.add_argument("--clips", type=int, default=24)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    clips = []
    for row in placed(args.data / "librispeech_mini/valid.jsonl")[: args.clips]:
        sound = Source(row["audio"]).load(rate=16000, mono=True)
        clips.append(((np.clip(sound.samples[0], -1, 1) * 32767).astype("<i2").tobytes(), str(row["text"])))
    columns = ("s of sound a s", "CPU s for a s of sound", "median request, s", "word error rate, %")
    what = f"{len(clips)} readings ({sum(len(samples) for samples, _ in clips) / 32000:.0f} s), sent as fast as they are taken"
    with tempfile.TemporaryDirectory() as name:
        near = over_wyoming(clips, args.wyoming, args.whisper, Path(name))
        far = over_http(clips, args.http, args.whisper, Path(name))
    load = f"Load average of the last minute: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores; CPU s say most."
    tables = (
        Table(f"Over Wyoming: {what}", ("server", *columns), tuple(near)),
        Table(f"Over HTTP: {what}", ("server", "clients", *columns), tuple(far), (load,)),
    )
    publish(Finding("aural serve beside other servers of the same protocols", tables), args.json)


if __name__ == "__main__":
    main()
