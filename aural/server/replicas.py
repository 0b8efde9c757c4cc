"""Several servers behind one address of this machine: begun again when they end, more of them while there is much to do."""

from __future__ import annotations

import contextlib
import dataclasses
import multiprocessing
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import Any, final

from aural import files
from aural.errors import LimitReached, UsageError, reason
from aural.models.runtime import Runtime
from aural.server.fitting import FAILURES, SHORT, Fitting, numbers_of
from aural.server.ledger import Ledger
from aural.server.meters import summed
from aural.server.options import Options

_LOOK = 0.5  # s between two looks at the servers
_CONTEXT = multiprocessing.get_context("spawn")


@dataclasses.dataclass(frozen=True)
class Seat:
    """One server's place among the others: its number, how many requests each has inside, whether there are jobs, and the
    folder where each posts its meters."""

    number: int
    inside: Any
    jobs: bool
    board: str

    @property
    def name(self) -> str:
        """What the ledger of jobs calls it."""
        return name_of(self.number)

    def tell(self, inside: int) -> None:
        """So many requests are inside of this server now."""
        self.inside[self.number] = inside

    def post(self, text: str) -> None:
        """The meters of this server, for whoever of the others is asked."""
        with contextlib.suppress(UsageError, LimitReached):
            files.write_text(Path(self.board) / str(self.number), text)

    def summed(self, own: str) -> str:
        """The meters of all servers: each number is the sum of theirs."""
        others = [p.read_text(encoding="utf-8") for p in sorted(Path(self.board).glob("[0-9]*")) if p.name != str(self.number)]
        return summed([own, *others])


def name_of(number: int) -> str:
    """What the ledger of jobs calls a server."""
    return f"server {number}"


@contextlib.contextmanager
def kept(options: Options) -> Iterator[Ledger | None]:
    """The ledger of jobs that the servers share, made ready once; None where another server has its folder."""
    folder = options.folder
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(files.locked(folder / "lock", timeout=0))
        except LimitReached as error:
            if options.jobs is not None:
                raise
            print(f"aural: no jobs ({reason(error)}); --jobs names a folder of its own", file=sys.stderr, flush=True)
            yield None
            return
        ledger = stack.enter_context(contextlib.closing(Ledger(folder)))
        ledger.resume()
        yield ledger


@final
class Replicas:
    """Begins and ends servers; `run` returns when all have ended. Each gets its share of the cores."""

    def __init__(self, door: socket.socket, options: Options, runtime: Runtime, ledger: Ledger | None, board: str) -> None:
        least, most = numbers_of(options.replicas)
        share = max(1, (os.cpu_count() or 1) // most)
        self._options = dataclasses.replace(options, running=options.running or share)
        self._runtime = Runtime(runtime.device, runtime.threads or share)
        self._door, self._ledger, self._board = door, ledger, board
        self._inside: Any = _CONTEXT.Array("i", most)
        self._servers: dict[int, tuple[SpawnProcess, float]] = {}
        self._leaving: set[int] = set()
        self._failures = 0
        self._fitting = Fitting(least, most, self._options.workers)
        self.stopping = threading.Event()

    def run(self) -> int:
        """Until `stopping` is set. Raises: LimitReached when the servers keep ending by themselves."""
        try:
            while not self.stopping.is_set():
                for number in range(self._fitting.least):
                    if number not in self._servers:
                        self._begin(number)
                self._look()
                self._fit()
                self.stopping.wait(_LOOK)
        finally:
            for process, _ in self._servers.values():
                process.terminate()
            for process, _ in self._servers.values():
                process.join(self._options.grace + 30)
                process.kill()
        return 0

    def _begin(self, number: int) -> None:
        own = self._options if number == 0 else dataclasses.replace(self._options, wyoming=None)
        seat = Seat(number, self._inside, self._ledger is not None, self._board)
        process = _CONTEXT.Process(target=_serve, args=(self._door, own, self._runtime, seat))
        process.start()
        self._servers[number] = (process, time.monotonic())

    def _look(self) -> None:
        """What ended is taken away; the jobs of who ended by itself wait again."""
        for number, (process, begun) in list(self._servers.items()):
            if process.is_alive():
                continue
            del self._servers[number]
            self._inside[number] = 0
            if self._ledger is not None:
                self._ledger.abandoned(name_of(number))
            if number in self._leaving:
                self._leaving.discard(number)
                continue
            print(f"aural: server {number} ended ({process.exitcode}) and is begun again", file=sys.stderr, flush=True)
            self._failures = self._failures + 1 if time.monotonic() - begun < SHORT else 0
            if self._failures >= FAILURES:
                raise LimitReached(f"{FAILURES} servers in a row ended as soon as they began", fix="See what they wrote above")

    def _fit(self) -> None:
        """One more while all places are taken, one fewer while the rest could do it all."""
        there = [n for n in self._servers if n not in self._leaving]
        change = self._fitting.change(sum(self._inside), len(there), len(self._servers))
        if change > 0:
            self._begin(next(n for n in range(self._fitting.most) if n not in self._servers))
        elif change < 0:
            last = max(there)
            self._leaving.add(last)
            self._servers[last][0].terminate()


def _serve(door: socket.socket, options: Options, runtime: Runtime, seat: Seat) -> None:
    """In a process of its own: serve on the door that all share, and end with who began it."""
    from aural.server.run import serve_on

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    above = multiprocessing.parent_process()
    assert above is not None

    def orphaned() -> None:
        above.join()
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=orphaned, daemon=True).start()
    serve_on(door, options, runtime, seat)
