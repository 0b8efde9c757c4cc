"""How fast is `transcribe` beside the recognizer's own package and another peer, on the same recording?

    python -m bench.speed --data DATA --peer-python PYTHON --whisper FOLDER --json bench/receipts/speed.json

PYTHON has moonshine-voice 0.1.0 and faster-whisper; FOLDER holds a CTranslate2 model such as whisper tiny.en.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.joined import conversation
from bench.report import Finding, Table, publish

OURS = """
import sys, time, json, aural
from aural.models.shelf import Shelf
path, model, times, threads = sys.argv[1], sys.argv[2], sys.argv[3] == "1", int(sys.argv[4])
aural.transcribe(path, model=model, clip="0-3", word_times=times, threads=threads)
begun, cpu = time.perf_counter(), time.process_time()
text = aural.transcribe(path, model=model, word_times=times, threads=threads).text
print(json.dumps([time.perf_counter() - begun, time.process_time() - cpu, len(text.split())]))
"""
MOONSHINE = """
import sys, time, json, wave, struct, pathlib
import moonshine_voice
from moonshine_voice.transcriber import Transcriber
from moonshine_voice.moonshine_api import ModelArch
folder = pathlib.Path(moonshine_voice.__file__).parent / "assets" / "tiny-en"
with wave.open(sys.argv[1]) as file:
    samples = [x / 32768 for x in struct.unpack("<%dh" % file.getnframes(), file.readframes(file.getnframes()))]
options = {"identify_speakers": "false"} if sys.argv[2] == "plain" else None
begun, cpu = time.perf_counter(), time.process_time()
transcriber = Transcriber(folder, ModelArch.TINY, options=options)
text = " ".join(line.text for line in transcriber.transcribe_without_streaming(samples, 16000).lines)
print(json.dumps([time.perf_counter() - begun, time.process_time() - cpu, len(text.split())]))
"""
WHISPER = """
import sys, time, json
from faster_whisper import WhisperModel
begun, cpu = time.perf_counter(), time.process_time()
model = WhisperModel(sys.argv[2], device="cpu", compute_type="int8", cpu_threads=int(sys.argv[3]))
segments, _ = model.transcribe(sys.argv[1], beam_size=1, language="en", word_timestamps=sys.argv[4] == "1")
text = " ".join(s.text for s in segments)
print(json.dumps([time.perf_counter() - begun, time.process_time() - cpu, len(text.split())]))
"""


def timed(python: str, code: str, *arguments: str) -> tuple[float, float, int]:
    """Wall seconds, CPU seconds and words of one run in a process of its own (models opened inside)."""
    done = subprocess.run([python, "-c", code, *arguments], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(done.stderr[-2000:])
    wall, cpu, words = json.loads(done.stdout.splitlines()[-1])
    return wall, cpu, words


def contenders(args: argparse.Namespace, recording: str) -> dict[str, tuple[str, ...]]:
    """Name -> python, code, arguments."""
    threads = str(args.threads)
    found: dict[str, tuple[str, ...]] = {
        "aural small, no word times": (sys.executable, OURS, recording, "small", "0", threads),
        "aural small, word times": (sys.executable, OURS, recording, "small", "1", threads),
        "aural default, no word times": (sys.executable, OURS, recording, "moonshine-base", "0", threads),
        "aural default, word times": (sys.executable, OURS, recording, "moonshine-base", "1", threads),
    }
    if args.peer_python:
        found["moonshine-voice 0.1.0 (tiny)"] = (args.peer_python, MOONSHINE, recording, "plain")
        if args.whisper:
            found["faster-whisper (tiny.en int8)"] = (args.peer_python, WHISPER, recording, str(args.whisper), threads, "0")
            found["faster-whisper (tiny.en int8), word times"] = (
                args.peer_python,
                WHISPER,
                recording,
                str(args.whisper),
                threads,
                "1",
            )
    return found


def main() -> None:
    """Run all contenders in turn, several rounds, and print medians and ratios."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=3.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--peer-python")
    parser.add_argument("--whisper", type=Path)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        recording = Path(folder) / "joined.wav"
        conversation([args.data / "librispeech_mini/valid.jsonl"], args.minutes * 60, recording)
        seconds = args.minutes * 60
        runs: dict[str, list[tuple[float, float, int]]] = {}
        for _ in range(args.rounds):
            for name, (python, code, *arguments) in contenders(args, str(recording)).items():
                runs.setdefault(name, []).append(timed(python, code, *arguments))
    medians = {n: (statistics.median(r[0] for r in rs), statistics.median(r[1] for r in rs), rs[0][2]) for n, rs in runs.items()}
    peer = medians.get("moonshine-voice 0.1.0 (tiny)")
    rows = tuple((n, w, c, c / seconds, peer[1] / c if peer else None, words) for n, (w, c, words) in medians.items())
    table = Table(
        f"{args.minutes:g} minutes of joined readings, {args.threads} thread, median of {args.rounds} rounds, models opened inside",
        ("what", "wall s", "CPU s", "CPU s per second", "speed beside moonshine-voice", "words"),
        rows,
    )
    publish(Finding("How fast is `transcribe` beside the recognizer's own package and another peer?", (table,)), args.json)


if __name__ == "__main__":
    main()
