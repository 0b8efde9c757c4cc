"""Small SQLite databases that outlive a kill: whatever a call changed is on disk when it returns."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Sequence
from pathlib import Path

from aural.errors import DataError, LimitReached, UsageError, reason
from aural.files import disk_error

_CLOSED = (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_IOERR)


def opened(
    path: Path, form: int, tables: Sequence[str], fix: str, patience: float = 30, threads: bool = False
) -> sqlite3.Connection:
    """The database of a ledger, its folder and its `tables` made where they are not there yet; nothing stays open on an error.

    `form` is the version that this code reads and writes; `patience` (s) is how long somebody else's lock is waited for,
    `threads` lets several threads share the connection. Each statement is a transaction of its own.
    Raises: DataError, which tells `fix`, for a file of another version or of another kind; UsageError where it cannot be
    written, LimitReached on a full disk.
    """
    with contextlib.ExitStack() as undone:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            base = sqlite3.connect(path, timeout=patience, isolation_level=None, check_same_thread=not threads)
            undone.callback(base.close)
            base.execute("pragma journal_mode = wal")
            base.execute("pragma synchronous = full")
            version = base.execute("pragma user_version").fetchone()[0]
            if version not in (0, form):
                raise DataError(f"this ledger was written by another version ({version})", where=str(path), fix=fix)
            for table in tables:
                base.execute(table)
            base.execute(f"pragma user_version = {form}")
        except OSError as error:
            raise disk_error(error, path) from error
        except sqlite3.Error as error:
            code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the rest tells of a kind only
            if code == sqlite3.SQLITE_FULL:
                raise LimitReached("the disk is full", where=str(path), fix=f"Free some space. {fix}") from error
            if code in _CLOSED:
                raise UsageError(f"this cannot be written ({reason(error)})", where=str(path), fix=fix) from error
            raise DataError(f"this is no ledger ({reason(error)})", where=str(path), fix=fix) from error
        undone.pop_all()
        return base
