"""Reads the arrays of a CTranslate2 model file (model.bin) by name, without that engine."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from aural.errors import ModelMissing, ModelRefused

# The numbers by which the file names its types; bfloat16 (5) has no counterpart in numpy and is not read.
_TYPES: dict[int, np.dtype] = {0: np.dtype("<f4"), 1: np.dtype("i1"), 2: np.dtype("<i2"), 3: np.dtype("<i4"), 4: np.dtype("<f2")}
_VERSIONS = range(4, 7)
_MOST = 100_000  # arrays in one file; more than that is damage


@dataclass(frozen=True)
class Stored:
    """Where one array lies: shape, type, first byte."""

    shape: tuple[int, ...]
    dtype: np.dtype
    offset: int

    @property
    def size(self) -> int:
        """Bytes."""
        return int(np.prod(self.shape, dtype=np.int64)) * self.dtype.itemsize


class Arrays:
    """The table of contents of a model.bin; `read` brings one array, mapped from the file and not copied.

    Layout, little-endian: version u32; name of the architecture; its revision u32; number of arrays
    u32; for each: name, rank u8, sizes u32, type u8, bytes u32, data; number of second names u32; for
    each: second name, first name. A name is its length u16 with a closing zero byte.
    """

    def __init__(self, path: Path) -> None:
        """Raises: ModelMissing, ModelRefused (not such a file, cut off, a version or type not known)."""
        self._path = path
        self.stored: dict[str, Stored] = {}
        try:
            with path.open("rb") as file:
                self._length = path.stat().st_size
                self.architecture = self._read_table(file)
        except OSError as error:
            raise ModelMissing("this file of the model cannot be read", where=str(path)) from error
        except (struct.error, UnicodeDecodeError) as error:
            raise self._refused("it breaks off or is damaged") from error

    def read(self, name: str) -> np.ndarray:
        """The array `name`. Raises: ModelRefused when there is none."""
        if name not in self.stored:
            raise self._refused(f"it holds no array {name!r}")
        one = self.stored[name]
        if not one.shape:
            return np.fromfile(self._path, one.dtype, 1, offset=one.offset).reshape(())
        return np.memmap(self._path, one.dtype, "r", one.offset, one.shape)

    def _read_table(self, file: BinaryIO) -> str:
        (version,) = _unpack(file, "<I")
        if version not in _VERSIONS:
            raise self._refused(f"it is no CTranslate2 model of version {_VERSIONS[0]} to {_VERSIONS[-1]}")
        architecture = _name(file)
        _, count = _unpack(file, "<II")
        if count > _MOST:
            raise self._refused(f"it claims {count} arrays")
        for _ in range(count):
            name = _name(file)
            (rank,) = _unpack(file, "<B")
            shape = _unpack(file, f"<{rank}I")
            kind, size = _unpack(file, "<BI")
            if kind not in _TYPES:
                raise self._refused(f"{name!r} has a type that is not read here ({kind})")
            one = Stored(shape, _TYPES[kind], file.tell())
            if one.size != size or one.offset + size > self._length:
                raise self._refused(f"{name!r} does not fit the file")
            self.stored[name] = one
            file.seek(size, 1)
        (aliases,) = _unpack(file, "<I")
        for _ in range(min(aliases, _MOST)):
            second, first = _name(file), _name(file)
            if first not in self.stored:
                raise self._refused(f"{second!r} stands for an array that is not there")
            self.stored[second] = self.stored[first]
        return architecture

    def _refused(self, what: str) -> ModelRefused:
        return ModelRefused(f"this model file cannot be used: {what}", where=str(self._path), fix="`aural models verify` checks it")


def _unpack(file: BinaryIO, form: str) -> tuple[int, ...]:
    return struct.unpack(form, file.read(struct.calcsize(form)))


def _name(file: BinaryIO) -> str:
    (length,) = _unpack(file, "<H")
    text = file.read(length)
    if len(text) != length or not text.endswith(b"\0"):
        raise struct.error("a name breaks off")
    return text[:-1].decode("utf-8")
