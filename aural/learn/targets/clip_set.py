"""Several labels a clip, from the row's labels."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from aural.corpora.manifest import Clip
from aural.learn.targets._face import Grid, sorted_labels


def names(clips: Sequence[Clip]) -> tuple[str, ...]:
    """The labels."""
    return sorted_labels(label for clip in clips for label in clip.labels)


def target(clip: Clip, labels: Sequence[str], grid: Grid) -> np.ndarray:
    """[K]: 1 at each of the clip's labels; a clip without one is all zeros."""
    return np.array([float(name in clip.labels) for name in labels], np.float32)
