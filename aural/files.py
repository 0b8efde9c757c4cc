"""Files that are whole or absent: atomic writing, hashes, locks."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

from aural.errors import LimitReached, UsageError

_BLOCK = 1 << 20
_PACKED = b"\x1f\x8b"  # how a gzip begins
FULL = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC), errno.EFBIG)  # what systems say when no more fits


@contextlib.contextmanager
def written(path: Path, mode: str = "wb") -> Iterator[IO[Any]]:
    """A file to write that appears under its name only when the block ends without an error.

    Raises: LimitReached when the disk is full, UsageError when the folder cannot be written.
    """
    path = Path(path)
    text = {} if "b" in mode else {"encoding": "utf-8", "newline": ""}
    temporary: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".aural-{_here()}-{os.getpid()}-", suffix=".part", dir=path.parent)
        temporary = Path(name)
        with os.fdopen(handle, mode, **text) as out:  # type: ignore[call-overload]
            yield out
            out.flush()
            os.fsync(out.fileno())
        _permit(temporary)
        temporary.replace(path)
        temporary = None
    except OSError as error:
        raise disk_error(error, path) from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def swept(folder: Path) -> int:
    """Remove what `written` had begun in a folder when its process was killed, by processes of this machine; how many files."""
    gone = 0
    for path in sorted(folder.glob(f".aural-{_here()}-*-*.part")):
        number = path.name.split("-")[2]
        if number.isdecimal() and not _runs(int(number)):
            path.unlink(missing_ok=True)
            gone += 1
    return gone


def _here() -> str:
    """A short name of this machine: a folder may be shared with others, whose processes cannot be asked."""
    return hashlib.sha256(platform.node().encode()).hexdigest()[:6]


def _runs(process: int) -> bool:
    if sys.platform == "win32":  # asking would end it there
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        pass
    return True


def write_text(path: Path, text: str) -> None:
    """Write `text` as UTF-8, whole or not at all."""
    with written(path, "w") as out:
        out.write(text)


def write_bytes(path: Path, data: bytes) -> None:
    """Write `data`, whole or not at all."""
    with written(path) as out:
        out.write(data)


def unpacked(path: Path) -> bytes:
    """The bytes of a file, those inside where it is a gzip. Raises: OSError, also where what is packed is damaged."""
    data = path.read_bytes()
    if data[:2] != _PACKED:
        return data
    import gzip
    import zlib

    try:
        return gzip.decompress(data)
    except (EOFError, zlib.error) as error:
        raise OSError(str(error)) from error


def stamp(path: Path) -> tuple[int, int]:
    """By what a file that was changed is told from what it was: its size, and when it was written. Raises: OSError."""
    told = path.stat()
    return told.st_size, told.st_mtime_ns


def disk_error(error: OSError, path: Path, fix: str = "Choose another folder") -> LimitReached | UsageError:
    """The aural error for a failure to write under `path`."""
    if error.errno in FULL:
        return LimitReached("the disk is full", where=str(path), fix="Free some space, or choose another folder")
    return UsageError(f"this cannot be written ({error.strerror or error})", where=str(path), fix=fix)


def seen(asked: Callable[[], bool]) -> bool:
    """What the system says of a path; no, where it does not say (a name too long, a folder that is closed)."""
    try:
        return asked()
    except (OSError, ValueError):
        return False


def is_folder(path: Path) -> bool:
    """True for a folder that can be seen."""
    return seen(path.is_dir)


def refuse_place(path: Path, fix: str = "Choose another folder") -> None:
    """Tell of a file that cannot be written before the work for it begins. Raises: UsageError, LimitReached."""
    if is_folder(path):
        raise UsageError("this is a folder, and a file is to be written", where=str(path), fix=fix)
    refuse_folder(nearest_folder(path), fix)


def nearest_folder(path: Path) -> Path:
    """What there is already of the folders that a file lies in."""
    return next((p for p in path.parents if seen(p.exists)), Path())


def refuse_folder(folder: Path, fix: str = "Choose another folder") -> None:
    """Raises: UsageError where no file can be made in a folder, LimitReached on a full disk."""
    if not is_folder(folder):
        raise UsageError("this is a file and no folder", where=str(folder), fix=fix)
    try:  # one is made, for rights alone tell nothing of a disk that is only read
        with tempfile.TemporaryFile(prefix=".aural-", dir=folder):
            pass
    except OSError as error:
        if error.errno in FULL:
            raise disk_error(error, folder) from error
        raise UsageError("nothing may be written in this folder", where=str(folder), fix=fix) from error


def sha256_of(path: Path) -> str:
    """Lower-case hex sha256 of a file, read in blocks."""
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


@contextlib.contextmanager
def locked(path: Path, timeout: float = 600.0, on_wait: Callable[[], None] | None = None) -> Iterator[None]:
    """Hold `path` as a lock between processes; the system frees it when its holder dies, however it dies.

    `on_wait` is called once when another process holds it.
    Raises: LimitReached when that lasts longer than `timeout` seconds.
    """
    limit = time.monotonic() + timeout
    while (handle := _lock(path)) is None:
        if on_wait is not None:
            on_wait()
            on_wait = None
        if time.monotonic() > limit:
            raise LimitReached("another process holds this lock", where=str(path), fix="Wait for it to end")
        time.sleep(0.05)
    try:
        yield
    finally:
        if sys.platform != "win32":  # there an open file cannot be removed; an empty one stays
            path.unlink(missing_ok=True)
        os.close(handle)


def _lock(path: Path) -> int | None:
    """An open, locked handle of `path`, or None while another process holds it."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_CREAT | os.O_RDWR, 0o666)
    except OSError as error:
        raise disk_error(error, path, "Choose another folder; AURAL_HOME names the one for models") from error
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # The holder before us removes the file as it leaves: what we locked may have no name any more.
        if os.fstat(handle).st_ino == path.stat().st_ino:
            return handle
    except OSError:
        pass
    os.close(handle)
    return None


def _permit(path: Path) -> None:
    """Give a temporary file the permissions that a plain new file would have (mkstemp makes it private)."""
    mask = os.umask(0)
    os.umask(mask)
    path.chmod(0o666 & ~mask)
