"""Places for requests: how many are inside, and what is said to those for whom there is none."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import final

from starlette.exceptions import HTTPException

from aural.server.meters import Meters

_ONE = 10.0  # s: what one request takes before any was measured


@final
class Places:
    """`working()` requests are worked on at once, `queue()` more may wait; `tell` hears how many are inside."""

    def __init__(self, meters: Meters, working: Callable[[], int], queue: Callable[[], int], tell: Callable[[int], None]) -> None:
        self._meters, self._working, self._queue, self._tell = meters, working, queue, tell
        self._usual = _ONE
        self.inside = 0

    @contextlib.contextmanager
    def taken(self) -> Iterator[None]:
        """A place for one request, uploads included. Raises: HTTPException 429 when all are taken."""
        working = self._working()
        if self.inside >= working + self._queue():
            self._meters.count("refused")
            rounds = 1 + self.inside // working
            raise HTTPException(429, "too many requests at once", {"Retry-After": str(max(1, round(self._usual * rounds / 2)))})
        self.inside += 1
        self._tell(self.inside)
        try:
            yield
        finally:
            self.inside -= 1
            self._tell(self.inside)

    def took(self, seconds: float) -> None:
        """A request took so long."""
        self._usual += 0.2 * (seconds - self._usual)
