"""Recordings and results at addresses such as s3://bucket/calls, by way of fsspec."""

from __future__ import annotations

import contextlib
import hashlib
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar

from aural.errors import AuralError, ExtraMissing, LimitReached, UnreadableSound, UsageError, reason

T = TypeVar("T")
_TRIES, _PAUSE = 3, 0.5  # how often a transfer is begun, and s before the second time (twice as long before the third)
_BUCKETS = ("s3", "s3a", "gs", "gcs", "az", "abfs")  # what stands first in their addresses is not made by writing into it
_WEB = ("http", "https", "ftp")  # what a person may have copied from a browser: no folder, and nothing that may be written


def is_address(text: str) -> bool:
    """True for s3://bucket/x and its kind."""
    return "://" in text


@dataclass(frozen=True)
class Address:
    """A file somewhere, in place of a Path where results go. Each method raises UsageError or LimitReached.

    `known` is whether it was there when its folder was listed, None where nobody looked.
    """

    text: str
    known: bool | None = field(default=None, compare=False)

    def __str__(self) -> str:
        return self.text

    @property
    def name(self) -> str:
        """The last part."""
        return PurePosixPath(self.text).name

    @property
    def suffix(self) -> str:
        """What the name ends with, dot included."""
        return PurePosixPath(self.text).suffix

    def exists(self) -> bool:
        """True when something is there now."""
        system, path = opened(self.text)
        return bool(_tried(self.text, lambda: (system.invalidate_cache(), system.exists(path))[1]))

    def was_there(self) -> bool:
        """The same as it was when its folder was listed: a hundred thousand need one question and not as many."""
        return self.exists() if self.known is None else self.known

    def unlink(self, missing_ok: bool = False) -> None:
        """Remove it."""
        system, path = opened(self.text)
        with contextlib.suppress(*((FileNotFoundError,) if missing_ok else ())):
            _tried(self.text, lambda: system.rm_file(path) if system.exists(path) else None)

    def write_bytes(self, data: bytes) -> None:
        """Put it there, whole or not at all: object stores show nothing before its last byte has come."""
        system, path = opened(self.text)
        with self._bucket():
            _tried(self.text, lambda: system.pipe_file(path, data))

    def write_file(self, source: Path) -> None:
        """The same, from a file of any length."""
        system, path = opened(self.text)
        with self._bucket():
            _tried(self.text, lambda: system.put_file(str(source), path))

    def read_file(self, target: Path) -> None:
        """Copy it to this machine."""
        system, path = opened(self.text)
        _tried(self.text, lambda: system.get_file(path, str(target)))

    def check(self) -> None:
        """Raises: UsageError where results cannot go, as far as that can be told before."""
        system, path = opened(self.text)
        scheme = self.text.partition("://")[0]
        if scheme in _BUCKETS and not _tried(self.text, lambda: system.exists(path.partition("/")[0])):
            raise self._none()

    @contextlib.contextmanager
    def _bucket(self) -> Iterator[None]:
        try:
            yield
        except FileNotFoundError:
            raise self._none() from None

    def _none(self) -> UsageError:
        return UsageError("there is no such bucket or folder", where=self.text, fix="Make it first")

    def key(self) -> str:
        """A short name that no other address has."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:24]


Target = Path | Address  # where a result goes


def was_there(target: Target) -> bool:
    """True when a result was there before the run."""
    return target.was_there() if isinstance(target, Address) else target.exists()


def held(text: str) -> frozenset[str]:
    """Every file below an address, as addresses; none where there is no such folder yet."""
    system, path = opened(text)
    try:
        names = _tried(text, lambda: (system.invalidate_cache(), system.find(path))[1])
    except FileNotFoundError:
        return frozenset()
    return frozenset(_address(text, name) for name in names)


def _address(like: str, path: str) -> str:
    """A path as its filesystem tells it, as an address of the same kind."""
    scheme = like.partition("://")[0]
    return f"{scheme}://{path if scheme == 'file' else path.lstrip('/')}"


def opened(text: str) -> tuple[Any, str]:
    """(filesystem, path in it). Raises: ExtraMissing without fsspec or what it needs, UsageError for an unknown kind."""
    scheme = text.partition("://")[0]
    if scheme in _WEB:
        raise UnreadableSound("this is an address of the web, and aural opens files only", where=text, fix="Download it first")
    try:
        import fsspec
    except ImportError:
        raise ExtraMissing("addresses need fsspec", where=text, fix="pip install 'aural[cluster]'") from None
    try:
        system, path = fsspec.core.url_to_fs(text)
    except ImportError as error:
        raise ExtraMissing(
            f"{scheme}:// needs a package ({reason(error)})", where=text, fix="pip install 'aural[cluster]'"
        ) from None
    except ValueError as error:
        raise UsageError(
            f"there is no such kind of address ({reason(error)})", where=text, fix="s3://, gs://, file:// ..."
        ) from None
    return system, path


def found(text: str, endings: frozenset[str]) -> list[tuple[str, PurePosixPath, str]]:
    """(address, folder below `text`, stamp) of each recording under an address, sorted; of the one file where it is one.

    A stamp changes when the file does. Raises: UnreadableSound for nothing there, LimitReached for what cannot be reached.
    """
    system, path = opened(text)
    try:
        told: dict[str, Any] = _tried(text, lambda: (system.invalidate_cache(), system.find(path, detail=True))[1])
    except FileNotFoundError:
        told = {}
    top = PurePosixPath(path)
    rows = []
    for name, about in told.items():
        place = PurePosixPath(name)
        if about.get("type") != "directory" and (place.suffix.lower() in endings or place == top):
            folder = place.parent.relative_to(top) if place != top else PurePosixPath()
            rows.append((_address(text, name), folder, _stamp(about)))
    if not rows:
        raise UnreadableSound("there is no recording at this address", where=text, fix="Check the address")
    return sorted(rows)


@contextlib.contextmanager
def brought(text: str) -> Iterator[Path]:
    """The file at an address as one of this machine, as long as the block lasts; its name stays.

    Raises: UnreadableSound for nothing there, LimitReached for what cannot be reached.
    """
    with tempfile.TemporaryDirectory(prefix="aural-") as folder:
        path = Path(folder, PurePosixPath(text).name)
        try:
            Address(text).read_file(path)
        except FileNotFoundError:
            raise UnreadableSound("there is no such file", where=text, fix="Check the address") from None
        yield path


def _stamp(about: dict[str, Any]) -> str:
    mark = about.get("ETag") or about.get("etag") or about.get("LastModified") or about.get("mtime") or ""
    return f"{about.get('size')} {mark}"


def _tried(text: str, work: Callable[[], T]) -> T:
    """Do it, again where the line broke. Raises: FileNotFoundError, UsageError where it is refused, LimitReached at last."""
    for n in range(_TRIES):
        try:
            return work()
        except (FileNotFoundError, AuralError):
            raise
        except PermissionError as error:
            raise UsageError(
                f"this may not be done here ({_line(error)})", where=text, fix="Check the keys of the account"
            ) from error
        except Exception as error:  # each filesystem has errors of its own, and few packages say which
            if n + 1 == _TRIES:
                raise LimitReached(
                    f"this cannot be reached ({_line(error)})", where=text, fix="Check the address and the line"
                ) from error
            time.sleep(_PAUSE * 2**n)
    raise AssertionError("the loop always ends before")


def _line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
