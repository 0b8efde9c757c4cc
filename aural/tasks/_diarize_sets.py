"""The answers of the net for turns, window after window, packed: hours of them take a few megabytes."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import final

import numpy as np

_TOGETHER = 32  # windows in one packed block: read one after the other, each block is opened once
_QUICK = 1  # zlib's fastest level: a fifth of the size; slower ones save little more


@final
class Sets:
    """Rows [F, K] of bytes, as many as were added; those added last lie open, the others packed."""

    def __init__(self) -> None:
        self._packed: list[bytes] = []
        self._open: list[np.ndarray] = []
        self._shape = (1, 1)
        self._unpacked: tuple[int, np.ndarray] = (-1, np.zeros((0, 1, 1), np.uint8))

    @staticmethod
    def of(rows: np.ndarray) -> Sets:
        """All rows of an array [N, F, K] uint8."""
        made = Sets()
        made._shape = (rows.shape[1], rows.shape[2])
        for row in rows:
            made.add(row)
        return made

    @staticmethod
    def read(packed: np.ndarray, sizes: np.ndarray, shape: np.ndarray) -> Sets:
        """What `written` gave. Raises: ValueError for anything else."""
        made, at = Sets(), 0
        windows, frames, kinds = (int(n) for n in shape)
        made._shape = (frames, kinds)
        try:
            for size in sizes.tolist():
                block = np.frombuffer(zlib.decompress(packed[at : at + size].tobytes()), np.uint8).reshape(-1, frames, kinds)
                at += size
                for row in block:
                    made.add(row)
        except zlib.error as error:
            raise ValueError(str(error)) from error
        if len(made) != windows:
            raise ValueError(f"{len(made)} windows, not {windows}")
        return made

    def written(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Bytes of the blocks one after the other, the size of each, and [windows, frames, kinds]."""
        blocks = self._packed + ([_pack(self._open)] if self._open else [])
        sizes = np.array([len(b) for b in blocks], np.int64)
        return np.frombuffer(b"".join(blocks), np.uint8), sizes, np.array([len(self), *self._shape])

    @property
    def shape(self) -> tuple[int, int, int]:
        """Windows, frames of each, kinds."""
        return (len(self), *self._shape)

    def add(self, row: np.ndarray) -> None:
        """One window more [F, K] uint8."""
        self._shape = (row.shape[0], row.shape[1])
        self._open.append(row)
        if len(self._open) == _TOGETHER:
            self._packed.append(_pack(self._open))
            self._open = []

    def __len__(self) -> int:
        return len(self._packed) * _TOGETHER + len(self._open)

    def __getitem__(self, window: int) -> np.ndarray:
        block, place = divmod(window, _TOGETHER)
        if block >= len(self._packed):
            return self._open[place]
        if self._unpacked[0] != block:
            rows = np.frombuffer(zlib.decompress(self._packed[block]), np.uint8)
            self._unpacked = (block, rows.reshape(_TOGETHER, *self._shape))
        return np.asarray(self._unpacked[1][place])

    def __iter__(self) -> Iterator[np.ndarray]:
        return (self[i] for i in range(len(self)))


def _pack(rows: list[np.ndarray]) -> bytes:
    return zlib.compress(np.stack(rows).tobytes(), _QUICK)
