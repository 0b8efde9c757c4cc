"""What is heard in each frame, from the row's events; several at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from aural.corpora.manifest import Clip
from aural.learn.targets._face import Grid, without


def names(clips: Sequence[Clip]) -> tuple[str, ...]:
    """The labels of all events, by the alphabet."""
    return tuple(sorted({e.label for clip in clips for e in clip.events or ()}))


def target(clip: Clip, labels: Sequence[str], grid: Grid) -> np.ndarray:
    """[F, K]: 1 from the frame in which an event begins to the one in which it ends. Raises: LearningError without events."""
    if clip.events is None:
        raise without(clip, "events")
    truth = np.zeros((grid.count, len(labels)), np.float32)
    for event in clip.events:
        start, end = event.start - clip.start, event.end - clip.start
        if end > 0 and event.label in labels and start * grid.sample_rate < grid.count * grid.hop:
            truth[grid.frame(start) : grid.frame(end - 1e-6) + 1, labels.index(event.label)] = 1.0
    return truth
