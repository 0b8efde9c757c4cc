"""What is lost or done twice when parts are killed at random moments, and what does a server answer to bad guests?

python -m bench.faults --data DATA --json bench/receipts/faults.json
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.util
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from aural.cli.ledger import opened
from aural.sound.encode import Writer
from aural.sound.sound import Sound
from aural.sound.source import Source
from bench.manifests import placed
from bench.report import Finding, Table, busy, publish

AURAL = [sys.executable, "-m", "aural"]
Draw = random.Random
COLUMNS = ("killed with -9", "kills", "recordings", "lost", "twice in the output", "half files", "seconds")


def fill(folder: Path, clips: list[Path], count: int) -> None:
    """So many recordings of a second each, cut from real ones."""
    folder.mkdir(parents=True)
    made = 0
    while made < count:
        sound = Source(clips[made % len(clips)]).load(rate=16000, mono=True)
        for at in np.arange(0.0, sound.duration - 1.0, 1.0):
            if made < count:
                sound.cut(float(at), float(at) + 1.0).save(folder / f"{made:05}.wav")
                made += 1


def command(folder: Path, *more: str) -> list[str]:
    return [*AURAL, "vad", str(folder / "in"), "--ledger", str(folder / "work.db"), "--quiet", *more]


def killed(line: list[str], draw: Draw, within: tuple[float, float], begun: Callable[[], bool]) -> bool:
    """Run a line, and kill it with all its processes at a random time after it has begun; True when it was killed."""
    with subprocess.Popen(line, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        while process.poll() is None and not begun():
            time.sleep(0.01)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(draw.uniform(*within))
            return False
        os.killpg(process.pid, signal.SIGKILL)
    return True


def judged(folder: Path, out: list[str], count: int) -> tuple[int, int, int]:
    """(lost, twice, half files): by the names of the answers, and by what lies beside them."""
    told = Counter(out)
    with opened(folder / "work.db") as ledger:
        done = sum(row.state == "done" for row in ledger.rows())
    left = [p for p in folder.rglob("*") if p.name.endswith(".part") or p.name.startswith(".aural-")]
    return count - min(len(told), done), sum(n - 1 for n in told.values()), len(left)


def folder_of_files(folder: Path, clips: list[Path], count: int, kills: int, draw: Draw) -> tuple[Any, ...]:
    """A folder of recordings to a folder of results; the command dies with its processes, again and again."""
    fill(folder / "in", clips, count)
    line, begun = command(folder, "-o", str(folder / "out"), "-f", "json", "--jobs", "2"), time.monotonic()
    seen: dict[str, int] = {}
    times = 0
    for n in range(kills):
        share = count * (n + 1) // (kills + 1)
        times += killed(line, draw, (0.0, 0.3), lambda: len(list((folder / "out").glob("*.json"))) >= share)  # noqa: B023
        with opened(folder / "work.db") as ledger:
            for row in (r for r in ledger.rows() if r.state == "done"):
                made = folder / "out" / f"{Path(row.place).stem}.json"
                seen.setdefault(made.name, made.stat().st_mtime_ns)
    subprocess.run(line, check=True, stdout=subprocess.DEVNULL)
    names = [json.loads(p.read_text())["recording"]["name"] for p in sorted((folder / "out").glob("*.json"))]
    again = sum((folder / "out" / name).stat().st_mtime_ns != when for name, when in seen.items())
    lost, twice, half = judged(folder, names, count)
    return ("the command over a folder", times, count, lost, twice + again, half, time.monotonic() - begun)


def one_file(folder: Path, clips: list[Path], count: int, kills: int, draw: Draw) -> tuple[Any, ...]:
    """The same with all answers in one file of JSON lines."""
    fill(folder / "in", clips, count)
    line, begun = command(folder, "-o", str(folder / "all.jsonl"), "--jobs", "1"), time.monotonic()
    part, times = folder / "all.jsonl.part", 0
    for n in range(kills):
        least = count * n // (kills + 1)  # answers that are there before the next kill may come
        times += killed(line, draw, (0.0, 0.4), lambda: part.exists() and part.read_bytes().count(b"\n") > least)  # noqa: B023
    subprocess.run(line, check=True, stdout=subprocess.DEVNULL)
    names = [json.loads(text)["recording"]["name"] for text in (folder / "all.jsonl").read_text().splitlines()]
    return ("the command with one JSONL file", times, count, *judged(folder, names, count), time.monotonic() - begun)


def on_ray(folder: Path, clips: list[Path], count: int, kills: int, draw: Draw) -> tuple[Any, ...] | None:
    """A folder heard by two Ray nodes: the command is killed `kills` times, then a node; None where there is no Ray."""
    if importlib.util.find_spec("ray") is None:
        return None
    sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "cli"))
    from ray_nodes import nodes  # type: ignore[import-not-found]

    fill(folder / "in", clips, count)
    begun, times = time.monotonic(), 0
    with nodes(2, {}) as (address, kill_node):
        line = command(folder, "-o", str(folder / "out"), "-f", "json", "--cluster", address)

        def there() -> int:
            return len(list((folder / "out").glob("*.json")))

        for n in range(kills):
            least = count * (n + 1) // (kills + 2)
            times += killed(line, draw, (0.0, 0.5), lambda: there() >= least)  # noqa: B023
        with subprocess.Popen(line, stdout=subprocess.DEVNULL) as process:
            while process.poll() is None and there() < count * (kills + 1) // (kills + 2):
                time.sleep(0.01)
            if process.poll() is None:
                kill_node()
                times += 1
    names = [json.loads(p.read_text())["recording"]["name"] for p in sorted((folder / "out").glob("*.json"))]
    return ("the command on Ray, then a node", times, count, *judged(folder, names, count), time.monotonic() - begun)


def workers(folder: Path, clips: list[Path], count: int, kills: int, draw: Draw) -> tuple[Any, ...]:
    """A process of the command dies; the command goes on."""
    fill(folder / "in", clips, count)
    begun, times = time.monotonic(), 0
    for n in range(kills):
        line = command(folder, "-o", str(folder / f"out{n}"), "-f", "json", "--jobs", "2", "--overwrite")
        with subprocess.Popen(line, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            while process.poll() is None and not list((folder / f"out{n}").glob("*.json")):
                time.sleep(0.01)
            time.sleep(draw.uniform(0.0, 0.3))
            told = subprocess.run(["ps", "-o", "pid=,args=", "--ppid", str(process.pid)], capture_output=True, text=True).stdout
            pids = [int(row.split()[0]) for row in told.splitlines() if "spawn_main" in row]
            if process.poll() is None and pids:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(draw.choice(pids), signal.SIGKILL)
                    times += 1
            process.wait()
    names = [p.stem for p in sorted((folder / f"out{kills - 1}").glob("*.json"))]
    short = sum(len(list((folder / f"out{n}").glob("*.json"))) < count for n in range(kills))
    lost, twice, half = judged(folder, names, count)
    return ("a process of the command", times, count * kills, max(lost, short), twice, half, time.monotonic() - begun)


class Served:
    """A server that can be killed and begun again on the same port and the same jobs."""

    def __init__(self, folder: Path, *more: str) -> None:
        self.folder, self._more = folder, more
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None

    def begin(self) -> None:
        """Start, and wait until it answers."""
        line = [*AURAL, "serve", "--port", str(self.port), "--log", "none", "--preload", "vad", "--jobs", str(self.folder / "jobs")]
        self.process = subprocess.Popen([*line, *self._more], stderr=(self.folder / "serve.log").open("ab"), start_new_session=True)
        while not self.ask("GET", "/health")[0]:
            time.sleep(0.05)

    def kill(self) -> None:
        """kill -9."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def ask(self, method: str, path: str, data: bytes | None = None, headers: dict[str, str] | None = None) -> tuple[int, bytes]:
        """(status, body); status 0 where nobody answers."""
        kind = {"Content-Type": "audio/wav"} if data is not None else {}
        request = urllib.request.Request(self.url + path, data, {**kind, **(headers or {})}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read()
        except (OSError, urllib.error.URLError):
            return 0, b""

    def memory(self) -> float:
        """Resident MB."""
        told = self.ask("GET", "/metrics", None, {"Authorization": "Bearer right"})[1].decode()
        return next((float(x.split()[1]) / 1e6 for x in told.splitlines() if x.startswith("aural_resident_bytes ")), 0.0)


def server(folder: Path, clips: list[Path], count: int, kills: int, draw: Draw) -> tuple[Any, ...]:
    """Jobs of a server that dies again and again."""
    folder.mkdir(parents=True)
    served, begun, names = Served(folder), time.monotonic(), list[str]()
    served.begin()
    body = clips[0].read_bytes()
    for _ in range(kills):
        for _ in range(count // kills):
            status, told = served.ask("POST", "/v1/jobs?verb=vad", body)
            assert status == 202, told
            names.append(json.loads(told)["id"])
        time.sleep(draw.uniform(0.0, 0.3))
        served.kill()
        served.begin()
    states = {}
    while not states or any(s not in ("done", "failed") for s in states.values()):
        time.sleep(0.2)
        states = {row["id"]: row["state"] for row in json.loads(served.ask("GET", "/v1/jobs")[1])["data"]}
    answers = [served.ask("GET", f"/v1/jobs/{name}/result")[1] for name in names]
    lost = sum(states.get(name) != "done" for name in names) + sum(a != answers[0] for a in answers)
    half = [p for p in (folder / "jobs").rglob("*") if p.name.startswith(".aural-")]
    served.kill()
    return (
        "the server, with jobs in it",
        kills,
        len(names),
        lost,
        len(states) - len(set(names)),
        len(half),
        time.monotonic() - begun,
    )


def clients(folder: Path, clips: list[Path], count: int, kills: int, draw: Draw) -> tuple[Any, ...]:
    """Clients that die in the middle of an upload; afterwards the server answers, and nothing of them is left."""
    folder.mkdir(parents=True)
    (folder / "tmp").mkdir()
    served, begun = Served(folder), time.monotonic()
    os.environ["TMPDIR"] = str(folder / "tmp")
    served.begin()
    del os.environ["TMPDIR"]
    script = (
        "import socket, sys, time\n"
        "line = socket.create_connection(('127.0.0.1', int(sys.argv[1])))\n"
        "head = b'POST /v1/vad HTTP/1.1\\r\\nHost: 127.0.0.1\\r\\nContent-Type: audio/wav\\r\\n'\n"
        "line.sendall(head + b'Content-Length: 90000000\\r\\n\\r\\n')\n"
        "while True: line.sendall(bytes(65536)); time.sleep(0.002)\n"
    )
    for _ in range(kills):
        with subprocess.Popen([sys.executable, "-c", script, str(served.port)]) as process:
            time.sleep(draw.uniform(0.1, 0.5))
            process.kill()
    good = sum(served.ask("POST", "/v1/vad", clips[0].read_bytes())[0] == 200 for _ in range(count))
    half = len(list((folder / "tmp").iterdir()))
    served.kill()
    return ("a client in its upload", kills, count, count - good, 0, half, time.monotonic() - begun)


def store(folder: Path, clips: list[Path], count: int, kills: int, draw: Draw) -> tuple[Any, ...] | None:
    """Postgres dies while a voice book is written; None where there is no Postgres."""
    sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "stores"))
    from postgres import Postgres, missing  # type: ignore[import-not-found]

    if missing():
        return None
    from aural.errors import LimitReached
    from aural.stores.speakers import Book, Entry

    base, begun, told = Postgres(), time.monotonic(), 0
    try:
        for _ in range(kills):
            with contextlib.suppress(LimitReached), Book(base.address) as book:
                until = time.monotonic() + draw.uniform(0.1, 0.6)
                while True:
                    if time.monotonic() > until:
                        base.kill()
                    entries = [Entry(np.ones(64), "m", f"{told} {k}", "x", 1.0) for k in range(3)]
                    book.add(f"n{told}", entries)
                    told += 1
            base.start()
        with Book(base.address) as book:
            known = {k.name: k.recordings for k in book.names()}
    finally:
        base.close()
    lost, half = sum(f"n{i}" not in known for i in range(told)), sum(n != 3 for n in known.values())
    return ("Postgres, under the voice book", kills, told, lost, 0, half, time.monotonic() - begun)


def full_disk(folder: Path, clips: list[Path]) -> tuple[Any, ...]:
    """A file system of 400 kB fills up under the command; with room again the same line goes on."""
    fill(folder / "in", clips, 200)
    (folder / "out").mkdir(parents=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", str(folder / "out")], check=True)
    try:
        line = command(folder, "-o", str(folder / "out"), "-f", "json", "--jobs", "1")
        first = subprocess.run(line, capture_output=True, text=True)
        half = [p for p in (folder / "out").iterdir() if p.suffix != ".json" or not p.read_text().endswith("}\n")]
        subprocess.run(["mount", "-o", "remount,size=8m", str(folder / "out")], check=True)
        second = subprocess.run(line, capture_output=True, text=True)
        found = len(list((folder / "out").glob("*.json")))
    finally:
        subprocess.run(["umount", str(folder / "out")], check=True)
    said = "the disk is full" in first.stderr
    then = f"{len(half)} half files; with room again exit {second.returncode}, {found} of 200 answered"
    return ("the disk is full", f"exit {first.returncode}, {'said so' if said else 'not said'}", then)


def guests(folder: Path, clips: list[Path], draw: Draw) -> Table:
    """What bad guests get, each on a server that has to answer a good one afterwards."""
    folder.mkdir(parents=True)
    told: list[tuple[Any, ...]] = [full_disk(folder / "disk", clips)] if os.geteuid() == 0 else []
    served = Served(folder, "--token", "right", "--patience", "3", "--max-upload", "64", "--max-length", "3600")
    served.begin()
    right, good = {"Authorization": "Bearer right"}, clips[0].read_bytes()
    before = served.memory()

    def alive() -> str:
        return "lives" if served.ask("POST", "/v1/vad", good, right)[0] == 200 else "is gone"

    alive()
    told.append(("a wrong token", served.ask("POST", "/v1/vad", good, {"Authorization": "Bearer wrong"})[0], alive()))
    head = "POST /v1/vad HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer right\r\nContent-Type: audio/wav\r\nContent-Length: "
    begun = time.monotonic()
    told.append(("a byte a second", slow(served.port, head), f"after {time.monotonic() - begun:.1f} s; the server {alive()}"))
    told.append(("1 GB", large(served.port, head), f"the server {alive()}"))
    bomb = folder / "bomb.flac"
    with Writer(bomb, 8000, 1) as out:
        for _ in range(12 * 60):
            out.write(np.zeros((1, 8000 * 60), np.float32))
    status = served.ask("POST", "/v1/vad", bomb.read_bytes(), right)[0]
    told.append((f"12 h of silence in {bomb.stat().st_size / 1e6:.1f} MB", status, f"the server {alive()}"))
    for name in ("../../etc/passwd", "/etc/passwd", "..\\..\\x", "a\x00b", "%2e%2e%2f", "x" * 5000):
        status = named(served, name, good, right)
        told.append((f"a file called {name[:20]!r}", status, f"the server {alive()}"))
    statuses = Counter(rude(served, draw, good) for _ in range(200))
    shown = ", ".join(f"{n} times {s or 'shut'}" for s, n in sorted(statuses.items()))
    told.append(("200 hostile requests", shown, f"the server {alive()}"))
    left = [str(p.relative_to(folder)) for p in folder.rglob("passwd*")]
    told.append(("memory, MB", f"{before:.0f} before", f"{served.memory():.0f} after; {len(left)} files outside their place"))
    served.kill()
    note = '"Shut": a guest that closed its side in the middle of what it had promised to send gets no answer.'
    return Table("What bad guests get", ("guest", "answer", "then"), tuple(told), (note,))


def part(name: str, data: bytes) -> tuple[bytes, dict[str, str]]:
    """A form with one file of that name."""
    shown = name.replace('"', "%22").encode("utf-8", "replace")
    body = b'--x\r\nContent-Disposition: form-data; name="file"; filename="' + shown + b'"\r\n\r\n' + data + b"\r\n--x--\r\n"
    return body, {"Content-Type": "multipart/form-data; boundary=x"}


def named(served: Served, name: str, data: bytes, right: dict[str, str]) -> int:
    body, kind = part(name, data)
    return served.ask("POST", "/v1/vad", body, {**kind, **right})[0]


def status_of(data: bytes) -> int:
    """The status in the first bytes of an answer, 0 where there is none."""
    return int(data[9:12]) if data.startswith(b"HTTP/1.1 ") and data[9:12].isdigit() else 0


def slow(port: int, head: str) -> int:
    with socket.create_connection(("127.0.0.1", port), timeout=60) as line:
        line.sendall(f"{head}100000\r\n\r\n".encode())
        line.settimeout(1.0)
        for _ in range(60):
            with contextlib.suppress(TimeoutError):
                return status_of(line.recv(4096))
            line.sendall(b"x")
    return 0


def large(port: int, head: str) -> int:
    with socket.create_connection(("127.0.0.1", port), timeout=60) as line:
        line.sendall(f"{head}1000000000\r\n\r\n".encode())
        with contextlib.suppress(OSError):
            for _ in range(1000):
                line.sendall(bytes(1_000_000))
        with contextlib.suppress(OSError):
            return status_of(line.recv(4096))
    return 0


def rude(served: Served, draw: Draw, good: bytes) -> int:
    """One of many kinds of nonsense; gives the status."""
    junk = draw.randbytes(draw.randrange(1, 2000))
    path = draw.choice(["/v1/vad", "/v1/audio/transcriptions", "/v1/jobs", "/v1/verify", "/../../etc/passwd", "/%00", "/v1/x"])
    method = draw.choice(["POST", "POST", "POST", "GET", "DELETE", "BREW"])
    form = "multipart/form-data"
    kind = draw.choice(["audio/wav", f"{form}; boundary=x", form, "application/json", "text/\x7f", "x" * 9000])
    body = draw.choice([junk, good[: len(junk)] + junk, b"--x\r\n" + junk, b"{" * 5000, b""])
    length = draw.choice([str(len(body)), str(len(body)), "-1", "99999999999999", "1e9", ""])
    text = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer right\r\n"
    text += f"Content-Type: {kind}\r\nContent-Length: {length}\r\n\r\n"
    got = b""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", served.port), timeout=20) as line:
        line.sendall(text.encode("latin1") + body)
        line.shutdown(socket.SHUT_WR)
        got = line.recv(4096)
    return status_of(got)


@contextlib.contextmanager
def place() -> Iterator[Path]:
    """A folder for all of it."""
    with tempfile.TemporaryDirectory(prefix="aural-faults-") as name:
        yield Path(name)


def main() -> None:
    """All of it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--clips", type=int, default=1000)
    parser.add_argument("--kills", type=float, default=1.0, help="of 50: a smaller part for a quick look")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    clips = [Path(row["audio"]) for row in placed(args.data / "librispeech_mini/valid.jsonl")]
    draw = Draw(args.seed)
    plan = (
        (folder_of_files, args.clips, 2),
        (on_ray, args.clips, 2),
        (one_file, 300, 15),
        (workers, 40, 6),
        (server, 30, 6),
        (clients, 10, 8),
        (store, 0, 10),
    )
    found = []
    with place() as folder:
        short = folder / "short.wav"
        Sound(Source(clips[0]).load(rate=16000, mono=True).samples[:, :32000], 16000).save(short)
        for part_of, count, kills in plan:
            own = clips if part_of in (folder_of_files, one_file, workers) else [short]
            row = part_of(folder / part_of.__name__, own, count, max(1, round(args.kills * kills)), draw)
            print(part_of.__name__, row, file=sys.stderr, flush=True)
            found += [row] if row is not None else []
        bad = guests(folder / "guests", [short, *clips], draw)
    every = sum(row[1] for row in found)
    table = Table(f"{every} kills at random moments (seed {args.seed})", COLUMNS, tuple(found), (busy(),))
    publish(Finding("What is lost or done twice when parts are killed, and what do bad guests get?", (table, bad)), args.json)


if __name__ == "__main__":
    main()
