"""A recording inside another file, such as a tar of recordings: `shard.tar#1024+88244` names its first byte and how many."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, final

_NAMED = re.compile(r"(.+)#(\d+)\+(\d+)", re.DOTALL)


@dataclass(frozen=True)
class Inside:
    """Where a recording lies: the file, the first byte, and how many there are."""

    file: Path
    offset: int
    size: int

    @property
    def path(self) -> Path:
        """The path that names it, which every verb and manifest takes."""
        return self.file.with_name(f"{self.file.name}#{self.offset}+{self.size}")


def inside(path: Path) -> Inside | None:
    """What a path of that form names; None for any other, and for a file that bears such a name itself."""
    found = _NAMED.fullmatch(path.name)
    if found is None or path.exists():
        return None
    return Inside(path.with_name(found[1]), int(found[2]), int(found[3]))


def is_recording(path: Path) -> bool:
    """True when there is a file of that name, or one that it says it lies in."""
    if path.is_file():
        return True
    place = inside(path)
    return place is not None and place.file.is_file()


@final
class Stretch:
    """A stretch of an open file as a file of its own."""

    def __init__(self, file: BinaryIO, offset: int, size: int) -> None:
        self._file, self._offset, self._size, self._at = file, offset, size, 0

    def read(self, count: int = -1) -> bytes:
        left = max(0, self._size - self._at)
        self._file.seek(self._offset + self._at)
        data = self._file.read(left if count < 0 else min(count, left))
        self._at += len(data)
        return data

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, start + offset)
        return self._at

    def tell(self) -> int:
        return self._at
