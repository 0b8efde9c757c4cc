"""A sequence of units without times: the row's text, or its list of labels."""

from __future__ import annotations

from aural.corpora.manifest import Clip
from aural.learn.targets._face import without


def text_of(clip: Clip) -> str:
    """The text that is to be written, words parted by single spaces. Raises: LearningError without one."""
    words = clip.words()
    if words is None:
        raise without(clip, "text")
    return " ".join(words.split())
