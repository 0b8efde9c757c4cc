"""Programs of this machine that some borrowed models run as processes of their own; never imported, never fetched."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from aural.errors import LimitReached, ModelMissing, ModelRefused, reason

_TOLD = 200  # letters of what a program says about its own failure


@dataclass(frozen=True)
class Program:
    """A program by its name on the path, and the lines that install it."""

    name: str
    install: str

    def path(self) -> Path | None:
        """Where it lies, None when it is not installed."""
        found = shutil.which(self.name)
        return Path(found) if found else None

    def found(self) -> Path:
        """Where it lies. Raises: ModelMissing with the line that installs it."""
        path = self.path()
        if path is None:
            raise ModelMissing(f"the program {self.name} is not on this machine", fix=f"Install it: {self.install}")
        return path

    def run(self, arguments: Sequence[str], limit: float = 60.0) -> str:
        """What it prints. Raises: ModelMissing, ModelRefused (it failed), LimitReached (`limit` seconds went by)."""
        command = [str(self.found()), *arguments]
        try:
            done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=limit, check=False)
        except subprocess.TimeoutExpired as error:
            raise LimitReached(f"{self.name} did not end within {limit:g} s", fix="Give it less to say") from error
        except (OSError, ValueError) as error:  # no right to run it, too long a command, a zero byte
            raise ModelRefused(f"{self.name} cannot be run ({reason(error)})", where=command[0]) from error
        if done.returncode:
            told = done.stderr.decode("utf-8", "replace").strip()[-_TOLD:] or f"exit code {done.returncode}"
            raise ModelRefused(f"{self.name} failed ({told})", where=command[0])
        return done.stdout.decode("utf-8", "replace")
