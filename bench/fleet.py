"""What does the front of a fleet cost beside a server asked directly, what do two servers get, and who waits when one is killed?

python -m bench.fleet --data DATA --json bench/receipts/fleet.json

It needs ray; the nodes are processes of this machine.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import itertools
import os
import signal
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np

from aural.sound.source import Source
from bench.joined import conversation
from bench.manifests import placed
from bench.report import Finding, Table, busy, publish
from bench.serve import CLIENTS, Server, crowd, interval, served

MARK = "AURAL_BENCH_FLEET"
NODES = {
    MARK: "1",
    "RAY_worker_niceness": "0",
}  # by default Ray's workers give way to everything else
COLUMNS = ("what", "median", "least", "most", "95 % low", "95 % high")


def overhead(direct: Server, fronted: Server, clips: dict[str, tuple[str, Path]], rounds: int) -> Table:
    """The same requests to a server and through a front to another, in turn, one thread each."""
    table: list[tuple[Any, ...]] = []
    for name, (path, clip) in clips.items():
        body, both = clip.read_bytes(), dict[str, list[float]](direct=[], fronted=[])
        for n in range(rounds + 2):
            order = [("direct", direct), ("fronted", fronted)]
            for which, server in order if n % 2 else order[::-1]:
                spent, _ = server.post(path, body)
                if n >= 2:  # the first ones open models and warm caches
                    both[which].append(spent)
        ratios = [b / a for a, b in zip(both["direct"], both["fronted"], strict=True)]
        more = [1000 * (b - a) for a, b in zip(both["direct"], both["fronted"], strict=True)]
        for what, values in ((f"{name}: asked directly, s", both["direct"]), ("through the front, s", both["fronted"])):
            table.append((what, statistics.median(values), min(values), max(values), None, None))
        for what, values in (("fronted / direct, in pairs", ratios), ("fronted - direct, in pairs, ms", more)):
            table.append((what, statistics.median(values), min(values), max(values), *interval(values)))
    return Table(f"One request, {rounds} rounds in turn", COLUMNS, tuple(table), (busy(),))


def throughput(fleets: dict[str, Server], clips: list[Path], rounds: int) -> Table:
    """Many clients without a pause, in turn."""
    seconds = sum(Source(c).recording.duration or 0.0 for c in clips)
    found: dict[str, list[tuple[float, ...]]] = {name: [] for name in fleets}
    for _ in range(rounds):
        for name, server in fleets.items():
            spent, waits = crowd(server, clips)
            found[name].append((len(clips) / spent, seconds / spent, *np.percentile(waits, [50, 99]).tolist()))
    columns = ("servers", "requests a second", "s of sound a s", "p50 s", "p99 s")
    shown = tuple((name, *(statistics.median(column) for column in zip(*told, strict=True))) for name, told in found.items())
    title = f"{CLIENTS} clients, {len(clips)} readings ({seconds:.0f} s), medians of {rounds} rounds in turn"
    return Table(
        title,
        columns,
        shown,
        (busy(), "Each server works on one request at once, with one thread; Ray's workers have the usual priority here."),
    )


def killed(server: Server, clip: Path, seconds: float) -> tuple[float, ...]:
    """(requests, not answered, longest time without any answer s, longest request s) while a server is killed with -9."""
    body, ended, failed, over = clip.read_bytes(), list[tuple[float, float]](), list[str](), threading.Event()

    def client() -> None:
        while not over.is_set():
            begun = time.perf_counter()
            try:
                server.post("/v1/vad", body)
            except (OSError, http.client.HTTPException) as error:
                failed.append(str(error))
            ended.append((time.perf_counter(), time.perf_counter() - begun))

    threads = [threading.Thread(target=client) for _ in range(4)]
    for thread in threads:
        thread.start()
    time.sleep(1.0)
    os.kill(actors()[0], signal.SIGKILL)
    time.sleep(seconds)
    over.set()
    for thread in threads:
        thread.join()
    times = sorted(when for when, _ in ended)
    gap = max(b - a for a, b in itertools.pairwise(times))
    return len(ended), len(failed), gap, max(spent for _, spent in ended)


def actors() -> list[int]:
    """The processes of the servers on the nodes of this bench."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if MARK.encode() in (place / "environ").read_bytes() and b"ray::Server" in (place / "cmdline").read_bytes():
                found.append(int(place.name))
    return sorted(found)


def deaths(found: dict[str, list[tuple[float, ...]]]) -> Table:
    columns = ("servers", "kills", "requests", "not answered", "without any answer, s: median", "most", "longest request, s: most")
    table = []
    for name, told in found.items():
        requests, failed, gaps, longest = (list(column) for column in zip(*told, strict=True))
        table.append((name, len(told), int(sum(requests)), int(sum(failed)), statistics.median(gaps), max(gaps), max(longest)))
    notes = (busy(), "Four clients ask without a pause for the voices in 2 s; a server killed with -9 is begun again by the front.")
    return Table("A server is killed in the middle of requests", columns, tuple(table), notes)


def main() -> None:
    """All of it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--rounds", type=int, default=21)
    parser.add_argument("--clips", type=int, default=16)
    parser.add_argument("--kills", type=int, default=3)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "cli"))
    from ray_nodes import nodes  # type: ignore[import-not-found]

    manifest = args.data / "librispeech_mini/valid.jsonl"
    found = placed(manifest)
    clips = [Path(row["audio"]) for row in found[:: max(1, len(found) // args.clips)]][: args.clips]
    one = ("--threads", "1", "--running", "1", "--preload", "vad,transcribe")
    with tempfile.TemporaryDirectory(prefix="aural-fleet-") as name, nodes(2, NODES) as (address, _):
        folder = Path(name)
        conversation([manifest], 10, folder / "joined.wav")
        Source(folder / "joined.wav").load(end=10.0).save(folder / "ten.wav")
        Source(folder / "joined.wav").load(end=2.0).save(folder / "two.wav")
        asked = {"transcribe, 10 s": ("/v1/transcribe", folder / "ten.wav"), "vad, 2 s": ("/v1/vad", folder / "two.wav")}
        dead = {}
        with served(folder / "direct", *one) as direct, served(folder / "one", *one, "--cluster", address) as fronted:
            first = overhead(direct, fronted, asked, args.rounds)
            half = throughput({"one, asked directly": direct, "one, behind a front": fronted}, clips, 2)
        with served(folder / "alone", *one, "--cluster", address) as fronted:
            dead["one"] = [killed(fronted, folder / "two.wav", 12.0) for _ in range(args.kills)]
        with served(folder / "two", *one, "--cluster", address, "--replicas", "2", count=2) as fronted:
            full = throughput({"two, behind a front": fronted}, clips, 2)
            dead["two"] = [killed(fronted, folder / "two.wav", 12.0) for _ in range(args.kills)]
    both = Table(half.title, half.columns, (*half.rows, *full.rows), half.notes)
    question = "What does the front of a fleet cost, what do two servers get, and who waits when one is killed?"
    publish(Finding(question, (first, both, deaths(dead))), args.json)


if __name__ == "__main__":
    main()
