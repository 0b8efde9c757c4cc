"""Models that stay open between requests, shared by all of them, closed when nobody asked for a while."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, final

from aural.models import store
from aural.models.runtime import Runtime
from aural.progress import Progress


@dataclass(eq=False)
class _Place:
    """One model: opened under its own lock, so that others go on meanwhile."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    model: Any = None
    users: int = 0
    last: float = 0.0


@final
class Kept:
    """The open models of a server, or of a process that hears many recordings.

    A model keeps no state between calls, so requests run in the same one at once.

    `idle` (s): a model that nobody used for so long is closed by `sweep`; 0 = never.
    """

    def __init__(self, runtime: Runtime, idle: float = 0.0, progress: Progress | None = None) -> None:
        self._runtime, self._idle, self._progress = runtime, idle, progress
        self._lock = threading.Lock()
        self._places: dict[tuple[str, str], _Place] = {}

    @contextlib.contextmanager
    def opened(self, name: str, role: str) -> Iterator[Any]:
        """The model `name` for `role`, open as long as the block lasts and longer.

        Raises: ModelMissing, ModelRefused.
        """
        with self._lock:
            place = self._places.setdefault((name, role), _Place())
            place.users += 1
        try:
            with place.lock:
                if place.model is None:
                    place.model = store.open_model(name, role, self._runtime, self._progress)
            yield place.model
        finally:
            with self._lock:
                place.users -= 1
                place.last = time.monotonic()

    def sweep(self) -> int:
        """Close what was idle for too long; how many models that were."""
        if not self._idle:
            return 0
        return self._close(lambda place: time.monotonic() - place.last > self._idle)

    def close(self) -> None:
        """Close everything that is not in use."""
        self._close(lambda place: True)

    @property
    def open(self) -> int:
        """How many models are open."""
        with self._lock:
            return sum(place.model is not None for place in self._places.values())

    def _close(self, due: Any) -> int:
        with self._lock:
            gone = [key for key, place in self._places.items() if not place.users and due(place)]
            closed = [self._places.pop(key).model for key in gone]
        models = [model for model in closed if model is not None]
        for model in models:
            model.close()
        return len(models)
