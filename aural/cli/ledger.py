"""What became of many recordings, in one SQLite file: a run that was killed goes on, repeats nothing and loses nothing."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import sqlite3
import time
from collections import Counter
from collections.abc import Container, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, final

from aural import __version__, databases, files, settings
from aural.cli.addresses import Target, is_address, was_there
from aural.cli.inputs import Input
from aural.errors import DataError, LimitReached, reason

if TYPE_CHECKING:
    from aural.cli.runner import Job

_FORM = 1
_TABLE = """
create table if not exists recordings (
  place text not null, wish text not null, stamp text not null, state text not null, free integer not null, models text not null,
  error text not null default '', ended real, primary key (place, wish)
)"""


@dataclass(frozen=True)
class Row:
    """One recording: where it lies, what became of it (waiting, done, failed), the models by role, why it failed."""

    place: str
    state: str
    models: Mapping[str, str]
    error: str
    ended: float | None


@final
class Ledger:
    """The recordings of one command, or of several. Each change is on disk when its call returns.

    Raises: DataError for a file that is none, LimitReached where it cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._base = databases.opened(path, _FORM, (_TABLE,), "Name another file")

    def close(self) -> None:
        """Let go of the file."""
        self._base.close()

    def begin(
        self, job: Job, inputs: Sequence[Input], plan: Mapping[str, Mapping[str, Target]], rows: Container[str] | None = None
    ) -> list[Input]:
        """The inputs that are left: not done yet with this command, or changed since. They wait from now on.

        Where all answers go into one file, `rows` are the places that it has; what it has not is not done.

        What an earlier run of the same command had half delivered is removed, unless it was there before that run.
        """
        wish = wish_of(job)
        known = {
            place: (stamp, state, free)
            for place, stamp, state, free in self._ask("select place, stamp, state, free from recordings where wish = ?", wish)
        }
        left = []
        new = []
        torn: set[Path] = set()
        for one in inputs:
            place, stamp = place_of(one), stamp_of(one)
            before = known.get(place)
            if before is not None and before[:2] == (stamp, "done") and (rows is None or one.place in rows):
                continue
            paths = list(plan[one.place].values())
            torn_off = before is not None and before[0] == stamp and before[1] == "waiting" and before[2]
            if torn_off:
                for path in (p for p in paths if was_there(p)):
                    path.unlink(missing_ok=True)
            if before is not None and before[1] == "waiting":
                torn |= {path.parent for path in paths if isinstance(path, Path)}
            free = torn_off or not any(was_there(path) for path in paths)
            new.append((place, wish, stamp, int(free), json.dumps(dict(job.choices))))
            left.append(one)
        for folder in torn:
            files.swept(folder)
        with self._write():
            self._base.executemany(
                "insert or replace into recordings (place, wish, stamp, state, free, models) values (?, ?, ?, 'waiting', ?, ?)",
                new,
            )
        return left

    def end(self, job: Job, one: Input, outcome: str | bytes | Exception) -> None:
        """A recording was heard, or has failed."""
        told = (("failed", str(outcome)) if isinstance(outcome, Exception) else ("done", "")) + (
            time.time(),
            place_of(one),
            wish_of(job),
        )
        with self._write():
            self._base.execute("update recordings set state = ?, error = ?, ended = ? where place = ? and wish = ?", told)

    def rows(self) -> list[Row]:
        """Every recording, sorted by its place."""
        found = self._ask("select place, state, models, error, ended from recordings order by place")
        return [Row(place, state, json.loads(models), error, ended) for place, state, models, error, ended in found]

    def _ask(self, text: str, *values: Any) -> list[Any]:
        try:
            return self._base.execute(text, values).fetchall()
        except sqlite3.Error as error:
            raise DataError(f"this ledger cannot be read ({reason(error)})", where=str(self._path)) from error

    @contextmanager
    def _write(self) -> Iterator[None]:
        try:
            self._base.execute("begin immediate")
            yield
            self._base.execute("commit")
        except sqlite3.Error as error:
            raise LimitReached(
                f"the ledger cannot be written ({reason(error)})", where=str(self._path), fix="Free some space"
            ) from error


@contextmanager
def opened(path: Path) -> Iterator[Ledger]:
    """A ledger that no other command writes meanwhile. Raises: LimitReached when one does."""
    with files.locked(path.with_name(path.name + ".lock"), timeout=0), closing(Ledger(path)) as ledger:
        yield ledger


def wish_of(job: Job) -> str:
    """A fingerprint of everything about a command that its answers depend on, but for the recordings."""
    told = [__version__, job.verb, settings.as_dict(job.options), sorted(job.choices.items()), job.channels,
            dataclasses.asdict(job.wish) | {"overwrite": None, "skip_existing": None, "file": str(job.wish.file)},
            sorted((k, str(v)) for k, v in job.settings.items())]  # fmt: skip
    return hashlib.sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()


def place_of(one: Input) -> str:
    """Where a recording lies, as the ledger knows it."""
    told = one.place == "-" or one.place.startswith("sample:") or is_address(one.place)
    return one.place if told else os.path.realpath(one.place)


def stamp_of(one: Input) -> str:
    """Size and time of a file: what changes when its recording does."""
    if one.stamp:
        return one.stamp
    try:
        told = Path(one.place).stat()
    except OSError:
        return ""
    return f"{told.st_size} {told.st_mtime_ns}"


def summed(rows: Sequence[Row]) -> str:
    """One line: how many are done, wait and have failed."""
    counts = Counter(row.state for row in rows)
    return ", ".join(f"{counts[state]} {state}" for state in ("done", "waiting", "failed"))
