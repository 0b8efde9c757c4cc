"""Several fetches in a row as one: how much there is to fetch, and one bar over all of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from aural.progress import Progress

if TYPE_CHECKING:
    from aural.archives import Archive, Place


class Whole(Progress):
    """Shows the bytes of one stage after another as parts of `total` bytes; other units pass as they come."""

    def __init__(self, shown: Progress, total: int) -> None:
        self._shown, self._total = shown, total
        self._before, self._stage, self._done = 0.0, "", 0.0

    def step(self, done: float, total: float | None, stage: str, unit: str = "s") -> None:
        if unit != "B" or total is None:
            self._shown.step(done, total, stage, unit)
            return
        if stage != self._stage:
            self._before, self._stage = self._before + self._done, stage
        self._done = done
        sofar = self._before + done
        self._shown.step(sofar, max(self._total, sofar), stage, unit)

    def close(self) -> None:
        self._shown.close()


def missing(places: Iterable[Place]) -> tuple[int, int]:
    """How many bytes must come over the network for places that are not filled, and in how many archives and files.

    What lies in the folder for archives laid by hand is not counted.
    """
    from aural.archives import Address, archives_of, folder_by_hand

    empty = [p for p in places if not p.filled]
    found: dict[str, Archive] = {a.filename: a for a in archives_of(empty) if not (folder_by_hand() / a.filename).is_file()}
    apart = [p for p in empty if isinstance(p.wanted.sources[0], Address)]
    return sum(a.size for a in found.values()) + sum(p.wanted.size for p in apart), len(found) + len(apart)
