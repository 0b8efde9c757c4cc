"""What every store of voices can do, and what it holds: a row for each recording of a voice."""

from __future__ import annotations

import abc
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from aural.errors import UsageError


@dataclass(frozen=True)
class Known:
    """One name of the book: recordings, seconds of voice, and the models that its vectors came from."""

    name: str
    recordings: int
    seconds: float
    models: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Entry:
    """One recording of a voice: its vector [D], the sha256 of its model, which recording it was, how people call that,
    and seconds of voice."""

    vector: np.ndarray
    model: str
    recording: str
    heard: str
    seconds: float


Row = tuple[str, Entry]  # whose voice it is, and the recording


class Voices(abc.ABC):
    """Rows of voices somewhere. Every change is one transaction: it happened wholly, or not at all, and is on disk
    when its call returns. Several processes may use one store at once."""

    @property
    @abc.abstractmethod
    def place(self) -> str:
        """Where it is, without any password."""

    @abc.abstractmethod
    def close(self) -> None:
        """Let go of it."""

    @abc.abstractmethod
    def names(self) -> tuple[Known, ...]:
        """All names, sorted."""

    @abc.abstractmethod
    def rows(self, model: str | None = None) -> list[Row]:
        """All rows, or those of one model, by name and then as they came; vectors of unit length."""

    @abc.abstractmethod
    def put(self, rows: Sequence[Row]) -> None:
        """Add rows; one of the same name, model and recording is replaced."""

    @abc.abstractmethod
    def forget(self, name: str) -> int:
        """Remove the rows of a name; how many there were."""

    @abc.abstractmethod
    def rename(self, names: Sequence[str], into: str) -> None:
        """Give the rows of `names` to `into`; of rows that are the same then one stays."""

    @abc.abstractmethod
    def nearest(self, vector: np.ndarray, model: str, most: int | None) -> list[tuple[str, float]]:
        """(name, cosine to the mean direction of its rows), the most alike first; nothing where the model is not known."""


def directions(rows: Sequence[Row]) -> dict[str, np.ndarray]:
    """name -> mean direction [D] of its rows, each weighted by `weight`."""
    sums: dict[str, np.ndarray] = {}
    for name, entry in rows:
        vector = entry.vector.astype(np.float64) * weight(entry.seconds)
        sums[name] = sums[name] + vector if name in sums else vector
    return {n: (v / max(float(np.linalg.norm(v)), 1e-12)).astype(np.float32) for n, v in sums.items()}


def ranked(rows: Sequence[Row], vector: np.ndarray, most: int | None) -> list[tuple[str, float]]:
    """`Voices.nearest` over rows that are all of one model."""
    length = max(float(np.linalg.norm(vector)), 1e-12)
    scored = [(name, float(np.clip(vector @ v / length, -1, 1))) for name, v in directions(rows).items()]
    return sorted(scored, key=lambda s: (-s[1], s[0]))[:most]


def weight(seconds: float) -> float:
    """How much a recording counts: its seconds of voice, up to 30."""
    return min(max(seconds, 0.1), 30.0)


def unit(vector: np.ndarray) -> np.ndarray:
    """The vector [D] float32 with length 1. Raises: UsageError for one that has no direction."""
    length = float(np.linalg.norm(vector))
    if vector.ndim != 1 or not np.isfinite(length) or length < 1e-9:
        raise UsageError("a voice is a vector of finite numbers that are not all zero")
    # What has length 1 stays as it is: a store may be copied to and fro and changes no bit.
    return (vector if abs(length - 1) < 1e-6 else vector / length).astype("<f4")
