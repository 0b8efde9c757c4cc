"""A Postgres server of a test's own, from the programs of Debian's packages, on a socket in a folder of its own."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

USER = "postgres"


def programs() -> Path | None:
    """The folder of initdb and postgres: AURAL_TEST_POSTGRES, what is on the path, or Debian's place."""
    asked = os.environ.get("AURAL_TEST_POSTGRES")
    found = [Path(asked)] if asked else []
    if (there := shutil.which("postgres")) is not None:
        found.append(Path(there).resolve().parent)
    found += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((p for p in found if (p / "initdb").exists() and (p / "postgres").exists()), None)


def missing() -> str | None:
    """Why no server can be started here, None where one can."""
    if importlib.util.find_spec("psycopg") is None:
        return "psycopg is not installed"
    if programs() is None:
        return "there is no Postgres server on this machine (Debian's package postgresql)"
    if os.geteuid() == 0 and USER not in {p.pw_name for p in pwd.getpwall()}:
        return "Postgres does not run as root, and there is no user postgres"
    return None


def _lives(pid: int) -> bool:
    told = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True).stdout.strip()
    return bool(told) and not told.startswith("Z")


class Postgres:
    """A server: `address` is its database. It can be killed and started again over the same files."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="aural-pg-", dir="/tmp"))
        self._user = USER if os.geteuid() == 0 else None
        if self._user:
            shutil.chown(self.folder, self._user)
        found = programs()
        assert found is not None
        self._bin = found
        self._run("initdb", "-D", str(self.folder / "data"), "-U", "aural", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C")
        self.address = f"postgresql://aural@/postgres?host={self.folder}"
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        """Start it, and wait until it takes connections."""
        # What a killed process had written the system still has: only a power cut would need fsync, which no test makes.
        command = [str(self._bin / "postgres"), "-D", str(self.folder / "data"), "-k", str(self.folder), "-h", "", "-F"]
        log = open(self.folder / "log", "ab")  # noqa: SIM115
        self._process = subprocess.Popen(command, stdout=log, stderr=log, user=self._user, start_new_session=True)
        log.close()
        import psycopg

        limit = time.monotonic() + 60
        while True:
            try:
                psycopg.connect(self.address).close()
                return
            except psycopg.OperationalError:
                assert self._process.poll() is None and time.monotonic() < limit, (self.folder / "log").read_text()
                time.sleep(0.05)

    def kill(self) -> None:
        """kill -9 of the server and of all its parts, as when the power goes: each part has a process group of its own."""
        assert self._process is not None
        parts = self._parts()
        for pid in (self._process.pid, *parts):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._process.wait()
        limit = time.monotonic() + 10
        while any(_lives(pid) for pid in parts) and time.monotonic() < limit:
            time.sleep(0.01)

    def _parts(self) -> list[int]:
        assert self._process is not None
        told = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
        pairs = (line.split() for line in told.splitlines())
        return [int(pid) for pid, parent in pairs if int(parent) == self._process.pid]

    def close(self) -> None:
        """End it and remove its files."""
        if self._process is not None and self._process.poll() is None:
            self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, name: str, *arguments: str) -> None:
        subprocess.run([str(self._bin / name), *arguments], check=True, capture_output=True, user=self._user, cwd=self.folder)
