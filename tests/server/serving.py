"""A server in a process of its own, for what only a real socket shows: signals, slow and rude clients."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]


class Served:
    """A running `aural serve`. `text` is what it wrote to standard error so far."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path, place: Path) -> None:
        self.process, self._log, self.place = process, log, place
        limit = time.monotonic() + 60
        while not (found := re.search(r"listening on http://127\.0\.0\.1:(\d+)", self.text)):
            assert process.poll() is None and time.monotonic() < limit, self.text
            time.sleep(0.05)
        self.port = int(found[1])

    @property
    def text(self) -> str:
        return self._log.read_text(encoding="utf-8", errors="replace")

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def raw(self, data: bytes, wait: float = 5.0, leave: bool = True) -> bytes:
        """Send bytes as they are and read until the server closes, or for `wait` s; `leave` says that no more will come."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=wait) as line:
            with contextlib.suppress(OSError):
                line.sendall(data)
                if leave:
                    line.shutdown(socket.SHUT_WR)
            return drained(line)

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Send a signal and give the exit code."""
        self.process.send_signal(number)
        return self.process.wait(60)

    def left(self) -> list[str]:
        """Files that the server left in its place for temporary ones."""
        return sorted(p.name for p in self.place.iterdir())


def drained(line: socket.socket) -> bytes:
    """All that comes until the other side closes or nothing comes any more."""
    got = b""
    with contextlib.suppress(OSError):
        while block := line.recv(65536):
            got += block
    return got


@contextlib.contextmanager
def served(folder: Path, *arguments: str) -> Iterator[Served]:
    """`aural serve` on a free port, its log and its temporary files in `folder`."""
    log, place = folder / "serve.log", folder / "tmp"
    place.mkdir(exist_ok=True)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(place)}
    command = [sys.executable, "-m", "aural", "serve", "--port", "0", "--jobs", str(folder / "jobs"), *arguments]
    with log.open("wb") as out, subprocess.Popen(command, stderr=out, stdout=out, env=environment, cwd=folder) as process:
        try:
            yield Served(process, log, place)
        finally:
            process.kill()
            process.wait()
