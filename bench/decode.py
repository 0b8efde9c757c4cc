"""How fast are recordings decoded, beside soundfile, and is what comes out the same?

    python -m bench.decode --recordings FOLDER [--peer PYTHON] [--json bench/receipts/decode.json]

`--peer` is an interpreter that has soundfile; without it only aural is measured. Times are those of
the processor, median of three, for one minute of 44.1 kHz stereo joined from real recordings.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from aural.sound import Sound, Source, load
from aural.sound.encode import Writer
from bench.report import Finding, Table, publish

RATE, SECONDS = 44100, 60.0
KINDS = {
    "wav 16 bit": ("wav", 16), "wav 24 bit": ("wav", 24), "wav float": ("wav", 32), "wav mu-law": ("mulaw", 16),
    "wav adpcm": ("adpcm", 16), "flac": ("flac", 16), "ogg vorbis": ("ogg", 16), "opus": ("opus", 16), "mp3": ("mp3", 16),
    "m4a aac": ("m4a", 16), "webm opus": ("webm", 16), "wma": ("wma", 16), "aiff": ("aiff", 16),
}  # fmt: skip
PEER = """
import json, statistics, sys, time
import soundfile
def read(path):
    count = 0
    with soundfile.SoundFile(path) as file:
        while len(block := file.read(65536, dtype="float32", always_2d=True)):
            count += len(block)
    return count
times = []
try:
    for _ in range(3):
        begun = time.process_time()
        count = read(sys.argv[1])
        times.append(time.process_time() - begun)
    values = soundfile.read(sys.argv[1], dtype="float32", always_2d=True)[0]
    values.tofile(sys.argv[2])
    print(json.dumps([statistics.median(times), count]))
except soundfile.LibsndfileError:
    print(json.dumps(None))
"""


def minute(recordings: list[Path]) -> Sound:
    """One minute of stereo from the beginnings of real recordings."""
    parts, count = [], 0
    need = round(RATE * SECONDS)
    while count < need:
        for path in recordings:
            part = load(path, rate=RATE, mono=True, end=20.0).samples
            parts.append(part)
            count += part.shape[1]
    left = np.concatenate(parts, axis=1)[:, :need]
    return Sound(np.concatenate([left, np.roll(left, RATE, axis=1)]) * 0.9, RATE)


def timed(work: Callable[[], Any]) -> float:
    """Seconds of the processor, median of three."""
    times = []
    for _ in range(3):
        begun = time.process_time()
        work()
        times.append(time.process_time() - begun)
    return statistics.median(times)


def beside(peer: str, path: Path, ours: Sound) -> tuple[Any, Any, Any]:
    """The peer's speed, its length minus ours (samples), and the largest difference between samples."""
    with tempfile.NamedTemporaryFile() as held:
        done = subprocess.run([peer, "-c", PEER, str(path), held.name], capture_output=True, text=True, check=False)
        told = json.loads(done.stdout) if done.returncode == 0 else None
        if told is None:
            return None, None, None
        values = np.fromfile(held.name, np.float32).reshape(-1, ours.channels).T
    length = min(values.shape[1], ours.length)
    apart = float(np.abs(values[:, :length] - ours.samples[:, :length]).max())
    return round(SECONDS / told[0]), told[1] - ours.length, apart


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--recordings", type=Path, required=True)
    parser.add_argument("--peer", help="an interpreter that has soundfile")
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    found = sorted(p for p in args.recordings.rglob("*") if p.suffix in (".opus", ".flac", ".wav"))[:3]
    sound, rows = minute(found), []
    with tempfile.TemporaryDirectory() as folder:
        for name, (kind, bits) in KINDS.items():
            path = Path(folder) / f"{name.replace(' ', '-')}.{'wav' if kind in ('mulaw', 'adpcm') else kind}"
            with Writer(path, RATE, 2, format=kind, bits=bits) as out:
                out.write(sound.samples)
            stored = timed(lambda path=path: [b.length for b in Source(path).blocks(30.0, None, False)])  # type: ignore[misc]
            asked = timed(lambda path=path: [b.length for b in Source(path).blocks(30.0)])  # type: ignore[misc]
            other = beside(args.peer, path, load(path)) if args.peer else (None, None, None)
            rows.append((name, round(path.stat().st_size / 1e6, 2), round(SECONDS / stored), round(SECONDS / asked), *other))
    columns = ("container", "MB", "aural, as stored (x)", "aural, 16 kHz mono (x)", "soundfile, as stored (x)",
               "its length minus ours (samples)", "largest difference")  # fmt: skip
    notes = ("x = seconds of sound in one second of the processor", "- = not measured, or the peer does not read it")
    table = Table("One minute, 44.1 kHz stereo", columns, tuple(rows), notes)
    publish(Finding("How fast are recordings decoded, and is what comes out the same?", (table,)), args.json)


if __name__ == "__main__":
    main()
