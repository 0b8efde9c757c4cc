"""A sequence of labels without times, from the row's text (words, or letters) or its list of labels."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from aural.corpora.manifest import Clip
from aural.learn.targets._face import Grid, without


def names(clips: Sequence[Clip]) -> tuple[str, ...]:
    """The tokens: every word of the texts."""
    return tuple(sorted({word for clip in clips for word in tokens(clip)}))


def tokens(clip: Clip) -> list[str]:
    """The words of a clip's text, or its labels in their order."""
    return clip.text.split() if clip.text is not None else list(clip.labels)


def target(clip: Clip, labels: Sequence[str], grid: Grid) -> np.ndarray:
    """[L]: numbers of tokens from 1 up; 0 is the blank. A token that training has not got is a number that no answer has,
    so that it counts as an error. Raises: LearningError without a text."""
    if clip.text is None and not clip.labels:
        raise without(clip, "text")
    places = {label: place for place, label in enumerate(labels, 1)}
    return np.array([places.get(token, len(labels) + 1) for token in tokens(clip)], np.float32)
