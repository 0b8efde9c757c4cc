"""The same clips over Wyoming through aural and through the protocol's own server: how fast, at what CPU, with how many errors?

python -m bench.serve_peers --data DATA --peer PEER --whisper FOLDER --json bench/receipts/serve_peers.json

PEER is the program wyoming-faster-whisper of an environment of its own; FOLDER holds a CTranslate2 model such as whisper tiny.en.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from aural.metrics.words import wer
from aural.sound.source import Source
from aural.text.scoring import normalize
from bench.joined import rows
from bench.report import Finding, Table, publish


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


def heard(process: int, where: int, clips: list[tuple[bytes, str]], name: str | None) -> tuple[float, float, float, float]:
    """(wall s, CPU s, median s of a request, WER in percent) of all clips, one after the other."""
    transcript(where, clips[0][0], name)  # opens models
    before, begun, times, texts = cpu(process), time.perf_counter(), list[float](), list[str]()
    for samples, _ in clips:
        since = time.perf_counter()
        texts.append(transcript(where, samples, name))
        times.append(time.perf_counter() - since)
    wall, spent = time.perf_counter() - begun, cpu(process) - before
    wrong = wer(normalize(" ".join(t for _, t in clips)), normalize(" ".join(texts)))
    return wall, spent, statistics.median(times), 100 * wrong


def main() -> None:
    """Each server in turn, over the same clips."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--peer", type=Path, required=True)
    parser.add_argument("--whisper", type=Path, required=True)
    parser.add_argument("--clips", type=int, default=24)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    found = rows(args.data / "librispeech_mini/valid.jsonl")[: args.clips]
    clips = []
    for row in found:
        sound = Source(Path(str(row["path"]))).load(rate=16000, mono=True)
        clips.append(((np.clip(sound.samples[0], -1, 1) * 32767).astype("<i2").tobytes(), str(row["text"])))
    seconds = sum(len(samples) for samples, _ in clips) / 32000
    table = []
    with tempfile.TemporaryDirectory() as name:
        folder, own, theirs, web = Path(name), port(), port(), port()
        line = [sys.executable, "-m", "aural", "serve", "--port", str(web), "--wyoming", str(own), "--log", "none"]
        with served([*line, "--threads", "2", "--jobs", str(folder / "jobs")], own, folder / "own.log") as process:
            for model in (None, "small"):
                table.append((f"aural, {model or 'the usual model'}", *heard(process.pid, own, clips, model)))
        line = [str(args.peer), "--uri", f"tcp://127.0.0.1:{theirs}", "--model", str(args.whisper), "--language", "en"]
        line += [
            "--data-dir",
            str(folder),
            "--cpu-threads",
            "2",
            "--compute-type",
            "int8",
            "--stt-library",
            "faster-whisper",
            "--local-files-only",
        ]
        with served(line, theirs, folder / "peer.log") as process:
            table.append((f"wyoming-faster-whisper, {args.whisper.name} int8", *heard(process.pid, theirs, clips, None)))
    shown = tuple((n, seconds / wall, spent / seconds, median, wrong) for n, wall, spent, median, wrong in table)
    columns = ("server", "s of sound a s", "CPU s for a s of sound", "median request, s", "word error rate, %")
    load = f"Load average of the last minute: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores; CPU s say most."
    title = f"{len(clips)} readings ({seconds:.0f} s), one after the other, sent as fast as the server takes them"
    publish(Finding("aural over Wyoming beside the protocol's own server", (Table(title, columns, shown, (load,)),)), args.json)


if __name__ == "__main__":
    main()
