"""One class a frame, from the row's events; where none is told the class is "none"."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from aural.corpora.manifest import Clip
from aural.learn.targets import frame_set
from aural.learn.targets._face import Grid

NONE = "none"


def names(clips: Sequence[Clip]) -> tuple[str, ...]:
    """ "none", then the labels of all events."""
    return (NONE, *(name for name in frame_set.names(clips) if name != NONE))


def target(clip: Clip, labels: Sequence[str], grid: Grid) -> np.ndarray:
    """[F, K]: 1 at the class of each frame; where events overlap the later one counts. Raises: LearningError without events."""
    several = frame_set.target(clip, labels, grid)
    several[:, 0] = several[:, 1:].max(axis=1, initial=0.0) == 0
    truth = np.zeros_like(several)
    last = several.shape[1] - 1 - several[:, ::-1].argmax(axis=1)
    truth[np.arange(grid.count), last] = 1.0
    return truth
