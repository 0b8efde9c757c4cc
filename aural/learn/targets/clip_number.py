"""A number a clip, from its label."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from aural.corpora.manifest import Clip
from aural.errors import LearningError
from aural.learn.targets._face import Grid, without


def names(clips: Sequence[Clip]) -> tuple[str, ...]:
    """One output."""
    return ("value",)


def target(clip: Clip, labels: Sequence[str], grid: Grid) -> np.ndarray:
    """[1]: the number. Raises: LearningError without one."""
    if clip.label is None:
        raise without(clip, "label")
    try:
        return np.array([float(clip.label)], np.float32)
    except ValueError:
        raise LearningError(f"the label {clip.label!r} is no number", where=clip.where or clip.id) from None
