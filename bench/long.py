"""How do time and memory of `listen` grow with the length of a recording?

python -m bench.long --data DATA --minutes 10,60,240 --model small --json bench/receipts/long.json
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

from bench.joined import conversation
from bench.report import Finding, Table, publish

SETS = ("librispeech_mix/train.jsonl", "librispeech_mini/valid.jsonl", "noises/valid.jsonl")


def measured(recording: Path, model: str, jobs_threads: int) -> tuple[float, float, float]:
    """Seconds of wall time, seconds of processor time and peak MiB of one `aural listen` process."""
    begun = time.perf_counter()
    command = [sys.executable, "-m", "aural", "listen", str(recording), "-m", model, "--threads", str(jobs_threads), "--quiet",
               "-f", "json", "-o", str(recording.parent), "--overwrite"]  # fmt: skip
    child = os.posix_spawn(sys.executable, command, os.environ)
    _, status, usage = os.wait4(child, 0)
    if status:
        raise SystemExit(f"aural listen failed on {recording.name}")
    return time.perf_counter() - begun, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def main() -> None:
    """Make the recordings, hear them, print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--minutes", default="10,60")
    parser.add_argument("--model", default="small")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for minutes in map(float, args.minutes.split(",")):
            recording = Path(folder) / f"{minutes:g}.ogg"
            conversation([args.data / s for s in SETS], minutes * 60, recording)
            wall, cpu, peak = measured(recording, args.model, args.threads)
            found.append((minutes, wall, cpu, cpu / minutes / 60, peak))
            publish(finding(found, args), args.json)


def finding(found: list[tuple[float, float, float, float, float]], args: argparse.Namespace) -> Finding:
    """The table of what was heard so far."""
    first, last = found[0], found[-1]
    slope = (last[2] - first[2]) / ((last[0] - first[0]) * 60) if last != first else first[3]
    table = Table(
        f"aural listen -m {args.model}, threads: {args.threads}",
        ("minutes", "wall s", "CPU s", "CPU s per second", "peak MiB"),
        tuple(found),
        (f"slope between the shortest and the longest: {slope:.3f} CPU seconds per second of sound",),
    )
    return Finding(f"How do time and memory of `listen -m {args.model}` grow with the length of a recording?", (table,))


if __name__ == "__main__":
    main()
