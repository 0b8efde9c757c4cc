"""Voices in a Postgres database, for many machines at once; with pgvector the database ranks them itself."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any, final
from urllib.parse import urlsplit

import numpy as np

from aural.errors import DataError, ExtraMissing, LimitReached, UsageError
from aural.stores._voices import Entry, Known, Row, Voices, ranked, unit, weight

SCHEMES = ("postgresql://", "postgres://")
_VERSION = 1
_LOCK = 0x4155_5241  # of the advisory lock under which the tables are made
_PATIENCE = 10  # s to reach the database
_TABLES = (
    "create table if not exists aural_store (version integer not null)",
    """create table if not exists aural_voice (
        id bigserial primary key, name text not null, model text not null, recording text not null, heard text not null,
        seconds double precision not null, vector real[] not null, unique (name, model, recording))""",
    "create index if not exists aural_voice_by_model on aural_voice (model)",
)
_COLUMNS = "name, model, recording, heard, seconds, vector"
_SAME = "on conflict (name, model, recording) do update set heard = excluded.heard, seconds = excluded.seconds, "


@final
class PostgresVoices(Voices):
    """The tables aural_store and aural_voice of a database, made when they are not there.

    Where the extension `vector` can be had, a second column holds each vector times its weight, and `nearest` is one
    query; elsewhere the rows of the model come here and are ranked here. Both give the same numbers to 1e-5.
    Raises: ExtraMissing without psycopg, LimitReached when the database cannot be reached, UsageError when it lets nobody in.
    """

    def __init__(self, address: str) -> None:
        self._address = address
        self._psycopg = _package()
        self._open: Any = None
        self._ranks = False
        self._connect()

    @property
    def place(self) -> str:
        parts = urlsplit(self._address)
        return f"postgresql://{parts.hostname or ''}{f':{parts.port}' if parts.port else ''}{parts.path}"

    def close(self) -> None:
        if self._open is not None:
            self._open.close()
            self._open = None

    def names(self) -> tuple[Known, ...]:
        query = "select name, count(distinct recording), sum(seconds), array_agg(distinct model) from aural_voice group by name"
        found = [Known(n, int(c), float(s), tuple(sorted(m))) for n, c, s, m in self._read(query)]
        return tuple(sorted(found, key=lambda k: k.name))

    def rows(self, model: str | None = None) -> list[Row]:
        where, values = ("", ()) if model is None else ("where model = %s", (model,))
        found = self._read(f'select {_COLUMNS} from aural_voice {where} order by name collate "C", id', values)
        return [(n, Entry(np.asarray(v, "<f4"), m, r, h, s)) for n, m, r, h, s, v in found]

    def put(self, rows: Sequence[Row]) -> None:
        told = []
        for name, entry in rows:
            vector = unit(entry.vector)
            row: list[Any] = [name, entry.model, entry.recording, entry.heard, float(entry.seconds), vector.tolist()]
            told.append([*row, _weighted(vector, entry.seconds)] if self._ranks else row)
        columns, marks, new = _COLUMNS, ", ".join(["%s"] * 6), "vector = excluded.vector"
        if self._ranks:
            columns, marks, new = f"{columns}, weighted", f"{marks}, %s::vector", f"{new}, weighted = excluded.weighted"
        with self._change() as cursor:
            cursor.executemany(f"insert into aural_voice ({columns}) values ({marks}) {_SAME}{new}", told)

    def forget(self, name: str) -> int:
        with self._change() as cursor:
            cursor.execute("delete from aural_voice where name = %s", (name,))
            return int(cursor.rowcount)

    def rename(self, names: Sequence[str], into: str) -> None:
        with self._change() as cursor:
            for name in names:
                cursor.execute(
                    "delete from aural_voice old using aural_voice new where old.name = %s and new.name = %s"
                    " and old.model = new.model and old.recording = new.recording", (into, name),
                )  # fmt: skip
                cursor.execute("update aural_voice set name = %s where name = %s", (into, name))

    def nearest(self, vector: np.ndarray, model: str, most: int | None) -> list[tuple[str, float]]:
        if not self._ranks:
            return ranked(self.rows(model), vector, most)
        found = self._read(
            "select name, 1 - (avg(weighted) <=> %s::vector) as cosine from aural_voice"
            " where model = %s and weighted is not null group by name"
            ' order by cosine desc, name collate "C" limit %s', (_text(vector), model, most),
        )  # fmt: skip
        return [(name, float(np.clip(cosine, -1, 1))) for name, cosine in found]

    def _read(self, query: str, values: tuple[Any, ...] = ()) -> list[Any]:
        with self._translated(), self._connect().cursor() as cursor:
            cursor.execute(query, values)
            return list(cursor.fetchall())

    @contextlib.contextmanager
    def _change(self) -> Iterator[Any]:
        with self._translated():
            base = self._connect()
            with base.transaction(), base.cursor() as cursor:
                yield cursor

    def _connect(self) -> Any:
        """The open connection, a new one where the last was lost."""
        if self._open is None or self._open.closed:
            with self._translated():
                self._open = self._psycopg.connect(self._address, autocommit=True, connect_timeout=_PATIENCE)
                with self._open.transaction(), self._open.cursor() as cursor:
                    self._ranks = self._prepared(cursor)
        return self._open

    def _prepared(self, cursor: Any) -> bool:
        """Make what is not there; True where the database has pgvector. Several may do so at once."""
        cursor.execute("select pg_advisory_xact_lock(%s)", (_LOCK,))
        for statement in _TABLES:
            cursor.execute(statement)
        cursor.execute("select version from aural_store")
        version = cursor.fetchone()
        if version is None:
            cursor.execute("insert into aural_store values (%s)", (_VERSION,))
        elif version[0] != _VERSION:
            raise DataError(f"this store has version {version[0]}", where=self.place, fix="Update aural")
        try:
            with cursor.connection.transaction():
                cursor.execute("create extension if not exists vector")
        except self._psycopg.Error:  # not on this server, or not for this user
            cursor.execute("select 1 from pg_extension where extname = 'vector'")
            if cursor.fetchone() is None:
                return False
        cursor.execute("alter table aural_voice add column if not exists weighted vector")
        cursor.execute("select id, vector, seconds from aural_voice where weighted is null")
        late = [(_weighted(np.asarray(v, np.float32), s), n) for n, v, s in cursor.fetchall()]
        if late:  # written before the extension came, or by a client that did not see it
            cursor.executemany("update aural_voice set weighted = %s::vector where id = %s", late)
        return True

    @contextlib.contextmanager
    def _translated(self) -> Iterator[None]:
        errors = self._psycopg.errors
        try:
            yield
        except (errors.DiskFull, errors.OutOfMemory) as error:
            raise LimitReached(f"the database has no room ({_line(error)})", where=self.place) from error
        except (errors.InsufficientPrivilege, self._psycopg.ProgrammingError) as error:
            raise UsageError(f"the database does not let this be done ({_line(error)})", where=self.place) from error
        except (self._psycopg.OperationalError, self._psycopg.InterfaceError) as error:
            if self._open is not None and self._open.closed:
                self._open = None
            fix = "Check that it runs, and the address in --store or AURAL_STORE"
            raise LimitReached(f"the database cannot be reached ({_line(error)})", where=self.place, fix=fix) from error
        except self._psycopg.Error as error:
            raise DataError(f"the database refused this ({_line(error)})", where=self.place) from error


def _package() -> Any:
    try:
        import psycopg
    except ImportError as error:
        raise ExtraMissing(f"a store in Postgres needs {error.name}", fix="pip install 'aural[postgres]'") from None
    return psycopg


def _weighted(vector: np.ndarray, seconds: float) -> str:
    return _text(vector.astype(np.float64) * weight(seconds))


def _text(vector: np.ndarray) -> str:
    """A vector as pgvector reads it."""
    return "[" + ",".join(f"{x:.9g}" for x in vector.tolist()) + "]"


def _line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
