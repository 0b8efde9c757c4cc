"""Watches over one piece of work: tells how far it is, and stops it when it takes too long, is too long, or nobody waits."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import final

from aural.errors import LimitReached
from aural.progress import Progress

Told = Callable[[float, float | None, str], None]


class TooLong(LimitReached):
    """The recording is longer than the server takes."""


class TooSlow(LimitReached):
    """The work took longer than one request may."""


class Stopped(LimitReached):
    """Nobody waits for the answer any more."""


@final
class Watch(Progress):
    """`longest` (s) bounds the recording, `seconds` the work from now on; `told(done, total, stage)` hears each step.

    A container may lie about its length, so the length is watched as it is heard: a small file that unpacks
    to days of silence ends here, too. Raises from `step`: TooLong, TooSlow, Stopped.
    """

    def __init__(self, longest: float, seconds: float, told: Told | None = None) -> None:
        self._longest, self._told = longest, told
        self._seconds = seconds
        self._until = time.monotonic() + seconds
        self._stop = threading.Event()

    def stop(self) -> None:
        """End the work at its next step."""
        self._stop.set()

    @property
    def left(self) -> float:
        """Seconds that are left."""
        return self._until - time.monotonic()

    def step(self, done: float, total: float | None, stage: str, unit: str = "s") -> None:
        self.check()
        if unit == "s":
            self.measure(max(done, total or 0.0))
            if self._told is not None:
                self._told(done, total, stage)

    def close(self) -> None:
        return

    def check(self) -> None:
        """Raises: Stopped or TooSlow when the work is to end."""
        if self._stop.is_set():
            raise Stopped("nobody waits for this any more")
        if self.left <= 0:
            raise TooSlow(f"this took longer than the {self._seconds:g} s that a request may take", fix="Send it as a job")

    def measure(self, seconds: float | None) -> None:
        """Raises: TooLong for a recording of more seconds than are taken."""
        if seconds is not None and seconds > self._longest:
            raise TooLong(f"this recording is longer than the {self._longest:g} s that are taken", fix="Send it in parts")
