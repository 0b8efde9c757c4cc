"""How many recordings a second do 1, 2 and 4 workers hear, as processes and on Ray, and what does the engine cost?

python -m bench.scale --data DATA --json bench/receipts/scale.json

With ray installed, begin a cluster before: ray start --head
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from aural.sound.source import Source
from bench.joined import conversation
from bench.report import Finding, Table, publish

HOURS = 100_000


def cut(talk: Path, seconds: float, folder: Path) -> tuple[int, float]:
    """A folder of pieces of one long recording; (files, seconds of sound)."""
    folder.mkdir()
    sound = Source(talk).load(rate=16000, mono=True)
    starts = np.arange(0.0, sound.duration - seconds, seconds)
    for n, at in enumerate(starts):
        sound.cut(float(at), float(at) + seconds).save(folder / f"{n:04}.wav")
    return len(starts), len(starts) * seconds


def timed(verb: str, folder: Path, out: Path, jobs: int, cluster: bool) -> tuple[float, float]:
    """(wall s, CPU s) of one command over a folder, its processes included. Ray's own processes are not its children."""
    line = [sys.executable, "-m", "aural", verb, str(folder), "-o", str(out), "-f", "json", "--quiet", "--jobs", str(jobs)]
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run([*line, "--threads", "1", *(["--cluster", "auto"] if cluster else [])], check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.perf_counter() - begun, sum(getattr(after, n) - getattr(before, n) for n in ("ru_utime", "ru_stime"))


def measured(
    verb: str, folder: Path, place: Path, ways: list[tuple[int, bool]], rounds: int
) -> dict[tuple[int, bool], tuple[float, float]]:
    """Way -> (wall s, CPU s), medians of rounds in turn."""
    found: dict[tuple[int, bool], list[tuple[float, float]]] = {way: [] for way in ways}
    for n in range(rounds):
        for jobs, cluster in ways:
            found[jobs, cluster].append(timed(verb, folder, place / f"{folder.name}-{n}-{jobs}-{cluster}", jobs, cluster))
    return {way: (statistics.median(w for w, _ in told), statistics.median(c for _, c in told)) for way, told in found.items()}


def table(
    title: str, files: int, seconds: float, found: dict[tuple[int, bool], tuple[float, float]], notes: tuple[str, ...]
) -> Table:
    columns = ("workers", "wall s", "files a second", "s of sound a s", "against one process", "efficiency", "CPU s")
    rows = []
    for (jobs, cluster), (wall, cpu) in found.items():
        one = found[1, False][0]
        name = f"{jobs} {'on Ray' if cluster else 'processes' if jobs > 1 else 'process'}"
        usable = min(jobs, os.cpu_count() or 1)
        rows.append((name, wall, files / wall, seconds / wall, one / wall, one / wall / usable, None if cluster else cpu))
    return Table(title, columns, tuple(rows), notes)


def calculation(cpu: float, seconds: float) -> Table:
    """What an archive would take, by arithmetic alone."""
    share = cpu / seconds
    days = HOURS * share / 24
    rows = (
        ("CPU s for one second of speech, one thread, as measured above", share),
        (f"core hours for {HOURS:,} hours of speech", HOURS * share),
        ("days on one machine with 2 cores such as this one, all of it idle", days / 2),
        ("days on one machine with 64 such cores", days / 64),
        ("machines with 64 such cores for one week, at an efficiency of 0.9", HOURS * share / (64 * 0.9 * 7 * 24)),
    )
    note = "A calculation from the figures above, not a measurement: nobody has run it. It leaves out reading and failures."
    return Table(f"What {HOURS:,} hours of speech would take", ("what", "number"), rows, (note,))


def main() -> None:
    """All of it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--seconds", type=float, default=360, help="of joined readings")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    ray = importlib.util.find_spec("ray") is not None
    with tempfile.TemporaryDirectory(prefix="aural-scale-") as name:
        place = Path(name)
        manifests = [args.data / f"librispeech_mini/{part}.jsonl" for part in ("valid", "train")]
        conversation(manifests, args.seconds, place / "talk.wav")
        long, short = cut(place / "talk.wav", 30.0, place / "long"), cut(place / "talk.wav", 1.0, place / "short")
        ways = [(n, False) for n in (1, 2, 4)]
        spoken = measured("transcribe", place / "long", place, ways + ([(2, True)] if ray else []), args.rounds)
        small = measured(
            "vad", place / "short", place, [(1, False), (2, False), *([(1, True), (2, True)] if ray else [])], args.rounds
        )
    load = f"Load average of the last minute: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores; look at ratios and CPU s first."
    begin = "Wall times hold the start of Python and the opening of models; the Ray cluster was running."
    share = "Efficiency is the gain over one process, by the cores that so many workers can have here."
    tables = (
        table(
            f"transcribe, {long[0]} recordings of 30 s, medians of {args.rounds} rounds in turn",
            *long,
            spoken,
            (load, begin, share),
        ),
        table(f"vad, {short[0]} recordings of 1 s: small files, where the engine costs most", *short, small, (load, begin)),
        calculation(spoken[1, False][1], long[1]),
    )
    publish(Finding("How many recordings a second do several workers hear, and what does the engine cost?", tables), args.json)


if __name__ == "__main__":
    main()
