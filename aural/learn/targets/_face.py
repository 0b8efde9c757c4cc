"""What every page of targets gives: the names of the outputs, and one array a clip."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from aural.corpora.manifest import Clip
from aural.errors import LearningError


@dataclass(frozen=True)
class Grid:
    """Where a net's frames lie: one each `hop` samples at `sample_rate`; `count` of them for this clip."""

    hop: int
    sample_rate: int
    count: int

    def frame(self, seconds: float) -> int:
        """The frame in which a moment lies, inside 0..count - 1."""
        return min(max(int(seconds * self.sample_rate / self.hop + 1e-6), 0), self.count - 1)


def without(clip: Clip, what: str) -> LearningError:
    """The error for a row that lacks its truth."""
    return LearningError(f"this row has no {what}", where=clip.where or clip.id, fix=f"Add {what!r} to it, or leave it out")


def sorted_labels(found: Iterable[str]) -> tuple[str, ...]:
    """Labels, each once, numbers by their size and texts by the alphabet."""
    return tuple(sorted(set(found), key=lambda x: (0, float(x), x) if x.replace(".", "", 1).isdigit() else (1, 0.0, x)))
