"""The voice book: known voices in one SQLite file that survives a crash, on this machine only."""

from __future__ import annotations

import contextlib
import difflib
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, final

import numpy as np

from aural.errors import DataError, LimitReached, ModelRefused, UsageError
from aural.settings import home

_VERSION = 1
_TABLES = """
CREATE TABLE voice (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    model TEXT NOT NULL,       -- sha256 of the files of the model, other models are never compared
    recording TEXT NOT NULL,   -- sha256 of the recording and the part of it that was heard
    heard TEXT NOT NULL,       -- how people call that recording
    seconds REAL NOT NULL,     -- of voice that the vector was made from
    vector BLOB NOT NULL,      -- float32, unit length
    UNIQUE (name, model, recording)
);
CREATE INDEX voice_by_model ON voice (model);
"""


@dataclass(frozen=True)
class Known:
    """One name of the book: recordings, seconds of voice, and the models that its vectors came from."""

    name: str
    recordings: int
    seconds: float
    models: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Entry:
    """One recording of a voice, to be added."""

    vector: np.ndarray
    model: str
    recording: str
    heard: str
    seconds: float


def default_place() -> Path:
    """AURAL_HOME/voices.db."""
    return home() / "voices.db"


@final
class Book:
    """Names and their voices. Every change is one transaction: it happened wholly, or not at all.

    A book that is not there is empty; its file appears with the first voice, readable by its owner only.
    Raises: DataError for a file that is no voice book, LimitReached when the disk is full.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or default_place()
        self._open: sqlite3.Connection | None = None
        if self.path.is_dir():
            raise UsageError("a folder is no voice book", where=str(self.path), fix="Name a file, such as voices.db")
        if self.path.exists():
            self._connect()

    def __enter__(self) -> Book:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        if self._open is not None:
            self._open.close()
            self._open = None

    def add(self, name: str, entries: list[Entry]) -> Known:
        """Add recordings of a voice, all or none; a recording that is known already is replaced."""
        name = _named(name)
        rows = [(name, e.model, e.recording, e.heard, float(e.seconds), _bytes(e.vector)) for e in entries]
        with self._change() as book:
            book.executemany(
                "INSERT OR REPLACE INTO voice (name, model, recording, heard, seconds, vector) VALUES (?, ?, ?, ?, ?, ?)", rows
            )
        return self._known(name)

    def names(self) -> tuple[Known, ...]:
        """All names, sorted."""
        query = "SELECT name, COUNT(DISTINCT recording), SUM(seconds), GROUP_CONCAT(DISTINCT model) FROM voice GROUP BY name"
        found = [Known(n, c, s, tuple(sorted(m.split(",")))) for n, c, s, m in self._read(query)]
        return tuple(sorted(found, key=lambda k: k.name))

    def voices(self, model: str) -> dict[str, np.ndarray]:
        """name -> mean direction [D] of its recordings, each weighted by its seconds up to 30; only those of `model`.

        Raises: ModelRefused when the book holds voices, but none of this model.
        """
        rows = self._read("SELECT name, vector, seconds FROM voice WHERE model = ? ORDER BY name, id", (model,))
        if not rows and self._read("SELECT 1 FROM voice LIMIT 1"):
            raise ModelRefused("the voices in this book were made by another model", where=str(self.path),
                               fix="Enroll them again with this model, or name the model they were made by with -m")  # fmt: skip
        sums: dict[str, np.ndarray] = {}
        for name, held, seconds in rows:
            vector = np.frombuffer(held, "<f4").astype(np.float64) * min(max(seconds, 0.1), 30.0)
            sums[name] = sums[name] + vector if name in sums else vector
        return {n: (v / max(float(np.linalg.norm(v)), 1e-12)).astype(np.float32) for n, v in sums.items()}

    def rank(self, vector: np.ndarray, model: str) -> list[tuple[str, float]]:
        """(name, cosine), the most alike first."""
        known = self.voices(model)
        length = max(float(np.linalg.norm(vector)), 1e-12)
        scored = [(name, float(np.clip(vector @ v / length, -1, 1))) for name, v in known.items()]
        return sorted(scored, key=lambda s: (-s[1], s[0]))

    def forget(self, name: str) -> int:
        """Remove a name and all its vectors, also from the file's free pages; how many there were."""
        self._known(name)
        with self._change() as book:
            gone = book.execute("DELETE FROM voice WHERE name = ?", (name,)).rowcount
        self._sweep()
        return gone

    def merge(self, names: list[str], into: str) -> Known:
        """Give all recordings of `names` to `into`, which may be new."""
        into = _named(into)
        for name in names:
            self._known(name)
        with self._change() as book:
            for name in names:
                if name != into:
                    book.execute("UPDATE OR REPLACE voice SET name = ? WHERE name = ?", (into, name))
        return self._known(into)

    def _known(self, name: str) -> Known:
        found = {k.name: k for k in self.names()}
        if name not in found:
            near = difflib.get_close_matches(name, found, n=1, cutoff=0.5)
            fix = f"Did you mean {near[0]!r}?" if near else f"Known: {', '.join(found) or 'nobody yet'}"
            raise UsageError(f"nobody called {name!r} is in the voice book", where=str(self.path), fix=fix)
        return found[name]

    def _read(self, query: str, values: tuple[str, ...] = ()) -> list[Any]:
        if self._open is None:
            return []
        with self._translated():
            return self._open.execute(query, values).fetchall()

    @contextlib.contextmanager
    def _change(self) -> Iterator[sqlite3.Connection]:
        with self._translated():
            book = self._open or self._connect(create=True)
            book.execute("BEGIN IMMEDIATE")
            try:
                yield book
                book.execute("COMMIT")
            except BaseException:
                if book.in_transaction:
                    book.execute("ROLLBACK")
                raise

    def _sweep(self) -> None:
        """Overwrite what was deleted: a forgotten voice must not lie on in free pages or in the log."""
        assert self._open is not None
        with self._translated():
            self._open.execute("VACUUM")
            self._open.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _connect(self, create: bool = False) -> sqlite3.Connection:
        with self._translated():
            if create:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                self.path.touch(mode=0o600)
            book = sqlite3.connect(self.path, timeout=30.0, isolation_level=None)
            try:
                book.execute("PRAGMA journal_mode = WAL")
                book.execute("PRAGMA synchronous = FULL")
                book.execute("PRAGMA secure_delete = ON")
                _prepare(book, self.path)
            except BaseException:
                book.close()
                raise
            self._open = book
        return book

    @contextlib.contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise UsageError(f"this voice book cannot be written ({error.strerror or error})", where=str(self.path)) from error
        except sqlite3.Error as error:
            text = str(error)
            if "full" in text:
                raise LimitReached("the disk is full", where=str(self.path), fix="Free some space") from error
            if "locked" in text:
                raise LimitReached("another program holds this voice book", where=str(self.path), fix="Wait for it") from error
            if "readonly" in text or "unable to open" in text:
                raise UsageError(f"this voice book cannot be opened ({text})", where=str(self.path)) from error
            raise DataError(f"this file is no voice book, or is damaged ({text})", where=str(self.path),
                            fix="Move it away, and enroll again") from error  # fmt: skip


def _prepare(book: sqlite3.Connection, path: Path) -> None:
    """Make the tables in an empty file; refuse a file of another kind or a later version."""
    book.execute("BEGIN IMMEDIATE")
    version = book.execute("PRAGMA user_version").fetchone()[0]
    tables = {row[0] for row in book.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if not tables and version == 0:
        for statement in _TABLES.split(";"):
            if statement.strip():
                book.execute(statement)
        book.execute(f"PRAGMA user_version = {_VERSION}")
        version = _VERSION
    book.execute("COMMIT")
    if version > _VERSION:
        raise DataError(f"this voice book has version {version}", where=str(path), fix="Update aural")
    if version != _VERSION or (tables and "voice" not in tables):
        raise DataError("this database is no voice book", where=str(path), fix="Name another file")


def _named(name: str) -> str:
    name = " ".join(name.split())
    if not name or len(name) > 200 or any(not c.isprintable() for c in name):
        raise UsageError(f"{name[:40]!r} is no name for a voice", fix="Use 1 to 200 printable characters")
    return name


def _bytes(vector: np.ndarray) -> bytes:
    length = float(np.linalg.norm(vector))
    if vector.ndim != 1 or not np.isfinite(length) or length < 1e-9:
        raise UsageError("a voice is a vector of finite numbers that are not all zero")
    return (vector / length).astype("<f4").tobytes()
