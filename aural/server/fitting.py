"""How many servers there are to be: one more while all places are taken, one fewer while the rest could do it all."""

from __future__ import annotations

import time
from typing import final

from aural.errors import UsageError

_BUSY, _QUIET = 2.0, 60.0  # s for which all places must be taken (one server fewer could do it all) before one comes (goes)
SHORT, FAILURES = 10.0, 3  # so many servers in a row that lived shorter (s) are no accident


def numbers_of(text: str) -> tuple[int, int]:
    """(least, most) from "3" or "1-4". Raises: UsageError."""
    least, dash, most = text.partition("-")
    if least.isdecimal() and (most.isdecimal() or not dash):
        found = int(least), int(most or least)
        if 1 <= found[0] <= found[1] <= 256:
            return found
    raise UsageError(f"{text!r:.40} is no number of servers", where="--replicas", fix="Write 3, or 1-4 to let them come and go")


@final
class Fitting:
    """The rule, for servers of which each works on `workers` requests at once. Asked again and again, it says when."""

    def __init__(self, least: int, most: int, workers: int) -> None:
        self.least, self.most, self._workers = least, most, workers
        self._busy = self._quiet = time.monotonic()

    def change(self, inside: int, staying: int, begun: int) -> int:
        """1 = begin one, -1 = let one go, 0 = neither.

        `inside`: requests that run or wait; `staying`: servers that are not leaving; `begun`: all that have a place.
        """
        now = time.monotonic()
        if inside < self._workers * staying or begun >= self.most:
            self._busy = now
        if inside >= self._workers * (staying - 1) or staying <= self.least:
            self._quiet = now
        if now - self._busy > _BUSY:
            self._busy = now
            return 1
        if now - self._quiet > _QUIET:
            self._quiet = now
            return -1
        return 0
