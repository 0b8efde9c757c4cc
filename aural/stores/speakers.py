"""The voice book: known voices in a SQLite file of this machine, or in a Postgres database that many machines share."""

from __future__ import annotations

import os
from pathlib import Path
from typing import final

import numpy as np

from aural import find
from aural.errors import ModelRefused, UsageError
from aural.settings import home
from aural.stores._postgres import SCHEMES, PostgresVoices
from aural.stores._sqlite import SqliteVoices
from aural.stores._voices import Entry as Entry
from aural.stores._voices import Known as Known
from aural.stores._voices import Voices, directions, unit

STORE = "AURAL_STORE"


def default_place() -> Path | str:
    """What AURAL_STORE names (a file or a postgresql:// address), else AURAL_HOME/voices.db."""
    return os.environ.get(STORE) or home() / "voices.db"


def opened(place: Path | str | None = None) -> Voices:
    """The store at a place. Raises: UsageError for an address that is none of Postgres, and what the store raises."""
    place = place or default_place()
    if isinstance(place, str) and place.startswith(SCHEMES):
        return PostgresVoices(place)
    if isinstance(place, str) and "://" in place:
        raise UsageError("a store is a file, or postgresql://...", where=place.partition("://")[0] + "://")
    return SqliteVoices(Path(place))


@final
class Book:
    """Names and their voices. Every change is one transaction: it happened wholly, or not at all.

    `place` is a file, a postgresql:// address, or None for the default. A book that is not there is empty.
    Raises: DataError for a file that is no voice book, LimitReached when the disk is full or a database not there.
    """

    def __init__(self, place: Path | str | None = None) -> None:
        self._voices = opened(place)

    def __enter__(self) -> Book:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def place(self) -> str:
        """Where it is, without any password."""
        return self._voices.place

    def close(self) -> None:
        """Let go of it."""
        self._voices.close()

    def add(self, name: str, entries: list[Entry]) -> Known:
        """Add recordings of a voice, all or none; a recording that is known already is replaced."""
        name = _named(name)
        for entry in entries:
            unit(entry.vector)
        self._voices.put([(name, entry) for entry in entries])
        return self._known(name)

    def names(self) -> tuple[Known, ...]:
        """All names, sorted."""
        return self._voices.names()

    def voices(self, model: str) -> dict[str, np.ndarray]:
        """name -> mean direction [D] of its recordings, each weighted by its seconds up to 30; only those of `model`.

        Raises: ModelRefused when the book holds voices, but none of this model.
        """
        rows = self._voices.rows(model)
        if not rows:
            self._refuse_others()
        return directions(rows)

    def rank(self, vector: np.ndarray, model: str, most: int | None = None) -> list[tuple[str, float]]:
        """(name, cosine), the most alike first, `most` of them. Raises: ModelRefused as `voices` does."""
        found = self._voices.nearest(vector, model, most)
        if not found:
            self._refuse_others()
        return found

    def forget(self, name: str) -> int:
        """Remove a name and all its vectors; how many there were."""
        self._known(name)
        return self._voices.forget(name)

    def merge(self, names: list[str], into: str) -> Known:
        """Give all recordings of `names` to `into`, which may be new."""
        into = _named(into)
        for name in names:
            self._known(name)
        self._voices.rename([name for name in names if name != into], into)
        return self._known(into)

    def _known(self, name: str) -> Known:
        found = {k.name: k for k in self.names()}
        if name not in found:
            near = find.nearest(name, found)
            fix = f"Did you mean {near!r}?" if near else f"Known: {', '.join(found) or 'nobody yet'}"
            raise UsageError(f"nobody called {name!r} is in the voice book", where=self.place, fix=fix)
        return found[name]

    def _refuse_others(self) -> None:
        if self.names():
            raise ModelRefused("the voices in this book were made by another model", where=self.place,
                               fix="Enroll them again with this model, or name the model they were made by with -m")  # fmt: skip


def copied(source: Path | str, target: Path | str) -> tuple[int, int]:
    """Copy every row of one store into another, in one change; (names, recordings) that were copied.

    Rows of the target that the source does not know stay. Raises: what the stores raise.
    """
    given, taking = opened(source), opened(target)
    try:
        rows = given.rows()
        taking.put(rows)
        return len({name for name, _ in rows}), len(rows)
    finally:
        given.close()
        taking.close()


def _named(name: str) -> str:
    name = " ".join(name.split())
    if not name or len(name) > 200 or any(not c.isprintable() for c in name):
        raise UsageError(f"{name[:40]!r} is no name for a voice", fix="Use 1 to 200 printable characters")
    return name
