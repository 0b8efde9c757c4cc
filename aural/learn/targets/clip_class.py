"""One class a clip, from the row's label."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from aural.corpora.manifest import Clip
from aural.errors import LearningError
from aural.learn.targets._face import Grid, sorted_labels, without


def names(clips: Sequence[Clip]) -> tuple[str, ...]:
    """The classes: the label of each row, not what else is told of it."""
    return sorted_labels(clip.label for clip in clips if clip.label)


def target(clip: Clip, labels: Sequence[str], grid: Grid) -> np.ndarray:
    """[K]: 1 at the clip's class. Raises: LearningError without a label, or with one that the model does not have."""
    if not clip.label:
        raise without(clip, "label")
    if clip.label not in labels:
        fix = "Leave it out, or add clips of it to those that are learned from"
        raise LearningError(f"the label {clip.label!r} is not among those that are learned", where=clip.where or clip.id, fix=fix)
    truth = np.zeros(len(labels), np.float32)
    truth[labels.index(clip.label)] = 1.0
    return truth
