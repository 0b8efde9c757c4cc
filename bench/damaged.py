"""Do damaged recordings end in sound or in aural's own errors, in bounded time and memory?

Makes damaged files of every container from real recordings (cut off, bits flipped, headers edited;
seeded), feeds each to `Source` in a process of its own under a limit of time and memory, and prints
a table.

    python -m bench.damaged --recordings FOLDER [--each 150] [--json bench/receipts/damaged.json]
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import resource
import struct
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np

from bench.report import Finding, Table, publish

SECONDS = 20.0  # limit of one file, wall clock
MEGABYTES = 1229.0  # 1.2 GiB, with the interpreter and its libraries in it
WAYS = ("cut", "bits", "many bits", "header", "numbers", "hole", "doubled")


@dataclass
class Outcome:
    """What became of one damaged file."""

    container: str
    way: str
    number: int
    ended: str  # sound, aural error, foreign error, crash, too slow
    what: str
    seconds: float
    megabytes: float


def healthy(recordings: list[Path], seconds: float = 6.0) -> dict[str, list[bytes]]:
    """Files of every container, made from the beginnings of real recordings; some stereo."""
    from aural.sound import Sound, load
    from aural.sound.encode import encode

    made: dict[str, list[bytes]] = {}
    for number, path in enumerate(recordings):
        whole = load(path)
        mono = whole.mono().cut(0, seconds)
        samples = mono.samples if number % 2 else np.concatenate([mono.samples, mono.samples[:, ::-1]])
        sound = Sound(samples, mono.sample_rate)
        for name, one, options in _kinds(sound):
            made.setdefault(name, []).append(encode(one, **options))
    return made


def _kinds(sound: Any) -> Iterator[tuple[str, Any, dict[str, Any]]]:
    mono = sound.mono()
    yield "wav16", sound, {"format": "wav"}
    yield "wav24", sound, {"format": "wav", "bits": 24}
    yield "wav float", sound, {"format": "wav", "bits": 32}
    for name in ("mulaw", "adpcm", "flac", "ogg", "mp3", "opus", "m4a", "webm", "mp4", "wma", "aiff"):
        yield name, sound, {"format": name}
    yield "amr", mono.resample(8000), {"format": "amr"}


def damaged(data: bytes, way: str, rng: np.random.Generator) -> bytes:
    """`data` broken in one of the WAYS."""
    out = bytearray(data)
    head = min(len(out), 512)
    if way == "cut":
        return bytes(out[: int(len(out) * float(rng.uniform()) ** 2)])
    if way in ("bits", "many bits", "header"):
        count = {"bits": int(rng.integers(1, 50)), "many bits": len(out) // 100, "header": int(rng.integers(1, 12))}[way]
        for at in rng.integers(0, head if way == "header" else len(out), count):
            out[at] ^= 1 << int(rng.integers(8))
    elif way == "numbers":  # lengths, counts and rates live here: small, huge, negative and odd ones
        for _ in range(int(rng.integers(1, 4))):
            at = int(rng.integers(0, max(1, head - 4)))
            value = int(rng.choice([0, 1, 0x7F, 0xFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0xFFFFFFFE, int(rng.integers(1 << 32))]))
            out[at : at + 4] = struct.pack(str(rng.choice(["<I", ">I"])), value)
    elif way == "hole":
        at, size = int(rng.integers(len(out))), int(rng.integers(1, max(2, len(out) // 3)))
        out[at : at + size] = b"" if rng.random() < 0.5 else bytes(size)
    else:
        at = int(rng.integers(len(out)))
        out[at:at] = out[int(rng.integers(len(out))) :]
    return bytes(out)


def cases(files: dict[str, list[bytes]], each: int, seed: int) -> Iterator[tuple[str, str, int, bytes]]:
    """`each` damaged files of every container: (container, way, number, bytes); a case depends on its number alone."""
    for container in sorted(files):
        for number in range(each):
            way = WAYS[number % len(WAYS)]
            rng = np.random.default_rng([seed, number, sum(container.encode())])
            yield container, way, number, damaged(files[container][number % len(files[container])], way, rng)


def attempt(data: bytes) -> tuple[str, str]:
    """Read a file to its end: how it ended, and the words."""
    from aural.errors import AuralError
    from aural.sound import Source

    try:
        source = Source(data, name="damaged")
        heard = sum(block.length for block in source.blocks(10.0))
        told = source.recording
    except AuralError as error:
        return "aural error", f"{type(error).__name__}: {error.what}"
    except Exception as error:
        return "foreign error", f"{type(error).__name__}: {error}"
    return "sound", f"{told.duration:.3f} s, {heard} samples"


def _serve(pipe: Connection, megabytes: float) -> None:
    """A child: takes files, answers with outcome, seconds of the processor, and its highest memory."""
    import aural.sound.source  # noqa: F401

    bound = int((megabytes + 1024) * (1 << 20))  # the libraries map more than they use
    resource.setrlimit(resource.RLIMIT_AS, (bound, bound))
    while True:
        data = pipe.recv_bytes()
        begun = time.process_time()
        ended, what = attempt(data)
        pipe.send((ended, what, time.process_time() - begun, _highest_memory()))


def _highest_memory() -> float:
    """Megabytes that this process held at most since it began."""
    status = Path("/proc/self/status")
    if status.exists():  # the other figure counts the parent in
        line = next(one for one in status.read_text().splitlines() if one.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


class Child:
    """A process that decodes for us, started anew after a crash or when a file took too long."""

    def __init__(self, megabytes: float = MEGABYTES) -> None:
        self._megabytes = megabytes
        self._context = multiprocessing.get_context("spawn")
        self._start()

    def _start(self) -> None:
        self._pipe, theirs = self._context.Pipe()
        self._process = self._context.Process(target=_serve, args=(theirs, self._megabytes), daemon=True)
        self._process.start()
        theirs.close()

    def feed(self, data: bytes, seconds: float = SECONDS) -> tuple[str, str, float, float]:
        """ended, words, seconds, megabytes of one file."""
        begun = time.monotonic()
        self._pipe.send_bytes(data)
        try:
            if self._pipe.poll(seconds):
                answer: tuple[str, str, float, float] = self._pipe.recv()
                return answer
            ended, what = "too slow", f"over {seconds:g} s"
        except EOFError:
            self._process.join(5)
            ended, what = "crash", f"exit code {self._process.exitcode}"
        self.close()
        self._start()
        return ended, what, time.monotonic() - begun, 0.0

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.join()
        self._pipe.close()


def table(outcomes: list[Outcome]) -> Table:
    """One row a container."""
    columns = (
        "container",
        "files",
        "gave sound",
        "aural errors",
        "foreign errors",
        "crashes",
        "too slow",
        "worst CPU s",
        "worst MB",
    )
    rows: list[tuple[Any, ...]] = []
    for name in [*sorted({o.container for o in outcomes}), "all"]:
        own = [o for o in outcomes if name in (o.container, "all")]
        count = {kind: sum(o.ended == kind for o in own) for kind in ("sound", "aural error", "foreign error", "crash", "too slow")}
        rows.append((name, len(own), f"{100 * count.pop('sound') / len(own):.0f} %", *count.values(),
                     round(max(o.seconds for o in own), 2), round(max(o.megabytes for o in own))))  # fmt: skip
    notes = (
        f"{len(outcomes)} files, damaged in {len(WAYS)} ways ({', '.join(WAYS)})",
        f"limits: {SECONDS:g} s and {MEGABYTES:.0f} MB a file",
        "memory is that of the whole child process, interpreter and libraries in it, over all its files",
    )
    return Table("Damaged recordings", columns, tuple(rows), notes)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--recordings", type=Path, required=True, help="folder of real recordings")
    parser.add_argument("--each", type=int, default=150, help="damaged files of every container")
    parser.add_argument("--take", type=int, default=8, help="recordings that they are made from")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--json", type=Path, help="keep the table as a receipt")
    parser.add_argument("--outcomes", type=Path, help="write a line for every file here")
    parser.add_argument("--keep", type=Path, help="keep the files that ended badly in this folder")
    args = parser.parse_args()
    found = sorted(p for p in args.recordings.rglob("*") if p.suffix in (".opus", ".flac", ".wav", ".mp3"))
    if not found:
        print(f"no recordings in {args.recordings}", file=sys.stderr)
        return 2
    files = healthy(found[:: max(1, len(found) // args.take)][: args.take])
    child, outcomes = Child(), []
    for container, way, number, data in cases(files, args.each, args.seed):
        ended, what, seconds, megabytes = child.feed(data)
        outcomes.append(Outcome(container, way, number, ended, what, round(seconds, 3), round(megabytes, 1)))
        if args.keep and ended not in ("sound", "aural error"):
            args.keep.mkdir(parents=True, exist_ok=True)
            (args.keep / f"{container}-{number}").write_bytes(data)
    child.close()
    publish(Finding("Do damaged recordings end in sound or in aural's own errors?", (table(outcomes),)), args.json)
    for kind in ("foreign error", "crash", "too slow"):
        for o in [o for o in outcomes if o.ended == kind][:10]:
            print(f"{kind}: {o.container} {o.way} {o.number}: {o.what}")
    if args.outcomes:
        args.outcomes.write_text("".join(json.dumps(asdict(o)) + "\n" for o in outcomes), encoding="utf-8")
    return 1 if any(o.ended not in ("sound", "aural error") for o in outcomes) else 0


if __name__ == "__main__":
    sys.exit(main())
