"""Progress of long work: one protocol, shown as a bar, as JSON lines, or not at all."""

from __future__ import annotations

import json
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TextIO


class Progress(ABC):
    """Told how far a stage has come. To stop the work, raise from `step` (Ctrl-C does)."""

    @abstractmethod
    def step(self, done: float, total: float | None, stage: str, unit: str = "s") -> None:
        """`done` of `total` units (seconds of sound, "B" bytes, "files") of a stage; total None = unknown."""

    @abstractmethod
    def close(self) -> None:
        """Nothing more comes: leave the terminal clean."""


class Quiet(Progress):
    """Shows nothing."""

    def step(self, done: float, total: float | None, stage: str, unit: str = "s") -> None:
        return

    def close(self) -> None:
        return


class Callback(Progress):
    """Passes each step on to `on_progress(done, total, stage)`."""

    def __init__(self, on_progress: Callable[[float, float | None, str], None]) -> None:
        self._call = on_progress

    def step(self, done: float, total: float | None, stage: str, unit: str = "s") -> None:
        self._call(done, total, stage)

    def close(self) -> None:
        return


class JsonLines(Progress):
    """One JSON object a line, ten times a second at most: {"stage", "done", "total", "unit"}."""

    def __init__(self, out: TextIO | None = None) -> None:
        self._out = out or sys.stderr
        self._next, self._stage = 0.0, ""

    def step(self, done: float, total: float | None, stage: str, unit: str = "s") -> None:
        now = time.monotonic()
        if stage == self._stage and now < self._next and done != total:
            return
        self._next, self._stage = now + 0.1, stage
        line = {"stage": stage, "done": round(done, 3), "total": total and round(total, 3), "unit": unit}
        print(json.dumps(line), file=self._out, flush=True)

    def close(self) -> None:
        return


class Bar(Progress):
    """One line on a terminal: stage, share, amount, speed and time left."""

    def __init__(self, out: TextIO | None = None, width: int = 24) -> None:
        self._out, self._width = out or sys.stderr, width
        self._stage, self._begun, self._next, self._shown = "", 0.0, 0.0, 0
        self._first = 0.0  # where the stage began: a resumed fetch does not begin at zero
        self._last: tuple[float, float | None, str] = (0.0, None, "")

    def step(self, done: float, total: float | None, stage: str, unit: str = "s") -> None:
        now = time.monotonic()
        if stage != self._stage:
            # A new title over work that goes on (the next epoch) keeps its speed.
            goes_on = self._stage != "" and total is not None and self._last[1:] == (total, unit) and 0 < self._last[0] <= done
            if not goes_on:
                self._begun, self._first = now, done
            self._stage, self._next = stage, 0.0
        self._last = (done, total, unit)
        if now < self._next and done != total:
            return
        self._next = now + 0.1
        self._write(_line(done, total, stage, unit, now - self._begun, self._width, self._first))

    def close(self) -> None:
        if self._shown:
            self._write("")
            self._out.write("\r")
            self._out.flush()
            self._shown = 0

    def _write(self, text: str) -> None:
        self._out.write("\r" + text.ljust(self._shown))
        self._out.flush()
        self._shown = len(text)


def _line(done: float, total: float | None, stage: str, unit: str, spent: float, width: int, first: float = 0.0) -> str:
    rate = (done - first) / spent if spent > 0 else 0.0
    # Nothing was done yet, or all at once: there is no speed to tell.
    speed = f"  {_speed(rate, unit)}" if rate > 0 else ""
    if not total:
        return f"{stage}  {_amount(done, unit)}{speed}"
    share = min(done / total, 1.0)
    filled = round(share * width)
    bar = "█" * filled + "·" * (width - filled)
    left = f"  {_clock((total - done) / rate)} left" if rate > 0 else ""
    return f"{stage}  {bar} {share:4.0%}  {_amount(done, unit)} of {_amount(total, unit)}{speed}{left}"


def _speed(rate: float, unit: str) -> str:
    return f"{rate / 1e6:.1f} MB/s" if unit == "B" else f"{rate:.1f}x" if unit == "s" else f"{rate:.1f} {unit}/s"


def _amount(value: float, unit: str) -> str:
    if unit == "B":
        return f"{value / 1e6:.1f} MB"
    return _clock(value) if unit == "s" else f"{value:.0f} {unit}"


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(max(seconds, 0)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes:02}:{rest:02}"
