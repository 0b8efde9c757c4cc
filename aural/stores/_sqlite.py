"""Voices in one SQLite file that survives a crash, on this machine only."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, final

import numpy as np

from aural.errors import DataError, LimitReached, UsageError
from aural.stores._voices import Entry, Known, Row, Voices, ranked, unit

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
_COLUMNS = "name, model, recording, heard, seconds, vector"


@final
class SqliteVoices(Voices):
    """A file that is not there is empty; it appears with the first voice, readable by its owner only.

    Raises: DataError for a file that is no voice book, LimitReached when the disk is full.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._open: sqlite3.Connection | None = None
        if path.is_dir():
            raise UsageError("a folder is no voice book", where=str(path), fix="Name a file, such as voices.db")
        if path.exists():
            self._connect()

    @property
    def place(self) -> str:
        return str(self._path)

    def close(self) -> None:
        if self._open is not None:
            self._open.close()
            self._open = None

    def names(self) -> tuple[Known, ...]:
        query = "SELECT name, COUNT(DISTINCT recording), SUM(seconds), GROUP_CONCAT(DISTINCT model) FROM voice GROUP BY name"
        found = [Known(n, c, s, tuple(sorted(m.split(",")))) for n, c, s, m in self._read(query)]
        return tuple(sorted(found, key=lambda k: k.name))

    def rows(self, model: str | None = None) -> list[Row]:
        where, values = ("", ()) if model is None else ("WHERE model = ?", (model,))
        found = self._read(f"SELECT {_COLUMNS} FROM voice {where} ORDER BY name, id", values)
        return [(n, Entry(np.frombuffer(v, "<f4"), m, r, h, s)) for n, m, r, h, s, v in found]

    def put(self, rows: Sequence[Row]) -> None:
        told = [(name, e.model, e.recording, e.heard, float(e.seconds), unit(e.vector).tobytes()) for name, e in rows]
        with self._change() as book:
            book.executemany(f"INSERT OR REPLACE INTO voice ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)", told)

    def forget(self, name: str) -> int:
        """Remove a name, also from the file's free pages and its log."""
        with self._change() as book:
            gone = book.execute("DELETE FROM voice WHERE name = ?", (name,)).rowcount
        assert self._open is not None
        with self._translated():
            self._open.execute("VACUUM")
            self._open.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return gone

    def rename(self, names: Sequence[str], into: str) -> None:
        with self._change() as book:
            for name in names:
                book.execute("UPDATE OR REPLACE voice SET name = ? WHERE name = ?", (into, name))

    def nearest(self, vector: np.ndarray, model: str, most: int | None) -> list[tuple[str, float]]:
        return ranked(self.rows(model), vector, most)

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

    def _connect(self, create: bool = False) -> sqlite3.Connection:
        with self._translated():
            if create:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                self._path.touch(mode=0o600)
            book = sqlite3.connect(self._path, timeout=30.0, isolation_level=None)
            try:
                book.execute("PRAGMA journal_mode = WAL")
                book.execute("PRAGMA synchronous = FULL")
                book.execute("PRAGMA secure_delete = ON")
                _prepare(book, self._path)
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
            raise UsageError(f"this voice book cannot be written ({error.strerror or error})", where=self.place) from error
        except sqlite3.Error as error:
            text = str(error)
            if "full" in text:
                raise LimitReached("the disk is full", where=self.place, fix="Free some space") from error
            if "locked" in text:
                raise LimitReached("another program holds this voice book", where=self.place, fix="Wait for it") from error
            if "readonly" in text or "unable to open" in text:
                raise UsageError(f"this voice book cannot be opened ({text})", where=self.place) from error
            raise DataError(f"this file is no voice book, or is damaged ({text})", where=self.place,
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
