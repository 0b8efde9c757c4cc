"""Rows of sound that several threads ask about at once go through a model as one batch; nobody waits for a batch to fill.

A graphics card answers sixteen rows in about the time of one. Whoever finds the model free goes in with what waits already; who
comes meanwhile waits for that round alone, and goes in with all others that wait. A lone request is never held up.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import final

import numpy as np

from aural.errors import LimitReached, ModelError

Work = Callable[[Sequence[np.ndarray]], Sequence[np.ndarray]]


@dataclass(eq=False)
class _Call:
    """Rows of one thread, what came of them, and the sign to go on: with answers, as the next leader, or by itself."""

    rows: Sequence[np.ndarray]
    turn: threading.Event = field(default_factory=threading.Event)
    answers: Sequence[np.ndarray] | None = None
    leads: bool = False


@final
class Gathering:
    """`work` (rows of samples -> one answer a row) for many threads; a batch holds at most `most` rows, but always a whole call.

    A batch that fails is asked again call by call (one row may be too long for the memory, one thread may have been stopped), so
    that each thread meets its own error only.
    """

    def __init__(self, work: Work, most: int) -> None:
        self._work, self._most = work, most
        self._lock = threading.Lock()
        self._waiting: list[_Call] = []
        self._busy = False

    def run(self, rows: Sequence[np.ndarray]) -> Sequence[np.ndarray]:
        """One answer a row. Raises: what the work raises about these rows."""
        if self._most <= 1:
            return self._work(rows)
        call = _Call(rows)
        with self._lock:
            call.leads = not self._busy
            self._busy = True
            if not call.leads:
                self._waiting.append(call)
        if not call.leads:
            call.turn.wait()
        if call.leads:
            self._lead(call)
        return self._work(rows) if call.answers is None else call.answers

    def _lead(self, call: _Call) -> None:
        """Answer the call and those that wait, as far as they fit in; then let the next one lead."""
        batch = self._joined(call)
        try:
            self._answer(batch)
        except (ModelError, LimitReached):
            if len(batch) == 1:
                raise
        finally:
            for other in batch[1:]:
                other.turn.set()
            self._hand_on()

    def _hand_on(self) -> None:
        with self._lock:
            self._busy = bool(self._waiting)
            if self._busy:
                first = self._waiting.pop(0)
                first.leads = True
                first.turn.set()

    def _joined(self, call: _Call) -> list[_Call]:
        with self._lock:
            batch, count = [call], len(call.rows)
            for other in tuple(self._waiting):
                if count + len(other.rows) <= self._most:
                    self._waiting.remove(other)
                    batch.append(other)
                    count += len(other.rows)
        return batch

    def _answer(self, batch: Sequence[_Call]) -> None:
        told = list(self._work([row for one in batch for row in one.rows]))
        for one in batch:
            one.answers, told = told[: len(one.rows)], told[len(one.rows) :]
