"""The ledger of jobs: a folder with a SQLite file and each job's recordings and answer; it survives any end of the server."""

from __future__ import annotations

import json
import secrets
import shutil
import sqlite3
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Literal, final

from aural import databases
from aural.errors import LimitReached, reason
from aural.files import swept, written

State = Literal["waiting", "running", "done", "failed", "canceled"]
TRIES = 3  # a recording that took the server down so often is not heard again
_FORM = 1
_TABLE = """
create table if not exists jobs (
  id text primary key, number integer not null, verb text not null, fields text not null, files text not null, state text not null,
  tries integer not null default 0, created real not null, ended real, format text not null default '', error text
)"""
# Beside them, where several servers share a ledger: whose a running job is, and how far.
_HELD = """
create table if not exists held (
  id text primary key, owner text not null, stage text not null default '', done real not null default 0, total real
)"""
_COLUMNS = "id, number, verb, fields, files, state, tries, created, ended, format, error"


@dataclass(frozen=True)
class Job:
    """One job. `fields` are the texts of its form, `files` the names that were uploaded, by field, in the order of the
    files 0, 1, ... in its folder; `format` is what its answer is kept as."""

    id: str
    number: int
    verb: str
    fields: Mapping[str, tuple[str, ...]]
    files: tuple[tuple[str, str], ...]
    state: State
    tries: int
    created: float
    ended: float | None
    format: str
    error: Mapping[str, Any] | None

    @property
    def over(self) -> bool:
        """True when nothing will change any more."""
        return self.state in ("done", "failed", "canceled")


@final
class Ledger:
    """Jobs on disk. Safe to use from any thread; who opens it must be the only one that has the folder.

    Raises: DataError for a folder of another version, LimitReached and UsageError where it cannot be written.
    """

    def __init__(self, folder: Path) -> None:
        self._folder, self._lock = folder, threading.Lock()
        self._base = databases.opened(folder / "jobs.db", _FORM, (_TABLE, _HELD), "Use another --jobs", patience=10, threads=True)

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._base.close()

    def resume(self) -> int:
        """After a start: what was running waits again, or has failed for good; what no row knows is removed.

        Gives the number of jobs that wait.
        """
        with self._write() as base:
            _again(base, "1")
            base.execute("delete from held")
            known = {row[0] for row in base.execute("select id from jobs")}
            waiting = base.execute("select count(*) from jobs where state = 'waiting'").fetchone()[0]
        for place in self._folder.iterdir():
            if place.is_dir() and place.name not in known:
                shutil.rmtree(place, ignore_errors=True)
            elif place.is_dir():
                swept(place)
        return int(waiting)

    def abandoned(self, owner: str) -> None:
        """What a server held when it ended waits again, or has failed for good."""
        with self._write() as base:
            _again(base, "id in (select id from held where owner = ?)", owner)

    def lost(self, name: str) -> None:
        """A running job whose server ended elsewhere waits again, or has failed for good."""
        with self._write() as base:
            _again(base, "id = ?", name)

    def progressed(self, name: str, stage: str, done: float, total: float | None) -> None:
        """How far a running job is."""
        with self._write() as base:
            base.execute("update held set stage = ?, done = ?, total = ? where id = ?", (stage, done, total, name))

    def progress(self, name: str) -> tuple[str, float, float | None] | None:
        """(stage, done, total) of a running job as another server told it, None where none did."""
        with self._lock:
            row = self._base.execute("select stage, done, total from held where id = ? and stage != ''", (name,)).fetchone()
        return tuple(row) if row else None

    def add(self, verb: str, fields: Mapping[str, Sequence[str]], files: Sequence[tuple[str, str, IO[bytes]]]) -> Job:
        """A new job with copies of its files (field, name, bytes). It is there for good when this returns."""
        name = secrets.token_urlsafe(12)
        try:
            for i, (_, _, file) in enumerate(files):
                file.seek(0)
                with written(self._folder / name / str(i)) as out:
                    shutil.copyfileobj(file, out, 1 << 20)
                file.seek(0)
            told = json.dumps({k: list(v) for k, v in fields.items()})
            listed = json.dumps([(field, shown) for field, shown, _ in files])
            with self._write() as base:
                number = 1 + base.execute("select coalesce(max(number), 0) from jobs").fetchone()[0]
                base.execute(
                    "insert into jobs (id, number, verb, fields, files, state, created) values (?, ?, ?, ?, ?, 'waiting', ?)",
                    (name, number, verb, told, listed, time.time()),
                )
        except BaseException:
            shutil.rmtree(self._folder / name, ignore_errors=True)
            raise
        found = self.get(name)
        assert found is not None
        return found

    def get(self, name: str) -> Job | None:
        """A job, None where there is none of that name."""
        with self._lock:
            row = self._base.execute(f"select {_COLUMNS} from jobs where id = ?", (name,)).fetchone()
        return _job(row) if row else None

    def jobs(self) -> list[Job]:
        """All jobs, the oldest first."""
        with self._lock:
            rows = self._base.execute(f"select {_COLUMNS} from jobs order by number").fetchall()
        return [_job(row) for row in rows]

    def take(self, owner: str = "") -> Job | None:
        """The oldest job that waits, running from now on, held by `owner`; None where none waits."""
        with self._write() as base:
            row = base.execute("select id from jobs where state = 'waiting' order by number limit 1").fetchone()
            if row is None:
                return None
            base.execute("update jobs set state = 'running', tries = tries + 1 where id = ?", row)
            base.execute("insert or replace into held (id, owner) values (?, ?)", (row[0], owner))
        return self.get(row[0])

    def finish(self, name: str, format: str, answer: bytes) -> None:
        """A running job has its answer, which is on disk before the ledger says so."""
        with written(self.place(name) / "answer") as out:
            out.write(answer)
        self._end(name, "done", "format = ?", format)

    def fail(self, name: str, error: Mapping[str, Any]) -> None:
        """A running job has failed."""
        self._end(name, "failed", "error = ?", json.dumps(dict(error)))

    def hand_back(self, name: str) -> None:
        """A running job was stopped with the server and waits again, as if it had not begun."""
        with self._write() as base:
            base.execute("update jobs set state = 'waiting', tries = tries - 1 where id = ? and state = 'running'", (name,))

    def cancel(self, name: str) -> bool:
        """A job that is not over ends here; True when there was one."""
        with self._write() as base:
            done = base.execute(
                "update jobs set state = 'canceled', ended = ? where id = ? and state in ('waiting', 'running')",
                (time.time(), name),
            )
            return done.rowcount > 0

    def remove(self, name: str) -> None:
        """A job that is over is forgotten, with its recordings and its answer."""
        with self._write() as base:
            base.execute("delete from jobs where id = ? and state not in ('waiting', 'running')", (name,))
        if self.get(name) is None:
            shutil.rmtree(self._folder / name, ignore_errors=True)

    def expire(self, age: float) -> int:
        """Forget jobs that ended more than `age` s ago; how many they were."""
        with self._lock:
            old = self._base.execute("select id from jobs where ended is not null and ended < ?", (time.time() - age,)).fetchall()
        for (name,) in old:
            self.remove(name)
        return len(old)

    def place(self, name: str) -> Path:
        """The folder of a job's files."""
        return self._folder / name

    def _end(self, name: str, state: State, column: str, value: str) -> None:
        with self._write() as base:
            base.execute(f"update jobs set state = ?, ended = ?, {column} where id = ? and state = 'running'",
                         (state, time.time(), value, name))  # fmt: skip

    @contextmanager
    def _write(self) -> Iterator[sqlite3.Connection]:
        """One change, whole or not at all. Raises: LimitReached when the disk is full."""
        with self._lock:
            try:
                self._base.execute("begin immediate")
                yield self._base
                self._base.execute("commit")
            except BaseException as error:
                with suppress(sqlite3.Error):
                    self._base.rollback()
                if isinstance(error, sqlite3.Error):
                    raise LimitReached(f"the ledger of jobs cannot be written ({reason(error)})", fix="Free some space") from error
                raise


def _again(base: sqlite3.Connection, which: str, *values: str) -> None:
    """Jobs that ran when their server ended, by a condition."""
    given_up = {"message": f"the server ended {TRIES} times while this was heard", "type": "server_error", "code": "given_up"}
    base.execute(
        f"update jobs set state = 'failed', ended = ?, error = ? where state = 'running' and tries >= ? and {which}",
        (time.time(), json.dumps(given_up), TRIES, *values),
    )
    base.execute(f"update jobs set state = 'waiting' where state = 'running' and {which}", values)


def _job(row: Sequence[Any]) -> Job:
    name, number, verb, fields, files, state, tries, created, ended, format, error = row
    texts = {k: tuple(v) for k, v in json.loads(fields).items()}
    listed = tuple((field, shown) for field, shown in json.loads(files))
    return Job(name, number, verb, texts, listed, state, tries, created, ended, format, json.loads(error) if error else None)
