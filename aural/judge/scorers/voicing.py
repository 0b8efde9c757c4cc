"""Frame accuracy of speech spans: each 10 ms is speech or not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from aural.corpora.manifest import Clip
from aural.corpora.truths import events_of
from aural.judge.figures import Figure
from aural.judge.terms import Names, Terms
from aural.results import Result

VERBS = ("vad",)
OPTIONS: Mapping[str, Mapping[str, Any]] = {}
HEADLINE = "frame_accuracy"
FIGURES = {
    "frame_accuracy": Figure(part="right", whole="frames", better="higher"),
    "frames_missed": Figure(part="missed", whole="speech"),
    "frames_false": Figure(part="false", whole="silence"),
}
_STEP = 0.01  # s


def fits(clip: Clip, verb: str) -> bool:
    """True when the row tells the spans of speech as events (any label), none included."""
    return clip.events is not None


def item(clip: Clip, answer: Result | None, terms: Terms, names: Names) -> dict[str, Any]:
    """Frames of one recording: all, right, speech, missed, silence, taken for speech."""
    spans = events_of(clip) or ()
    length = clip.duration or (answer.recording.duration if answer else None) or max((s.end for s in spans), default=_STEP)
    count = max(1, round(length / _STEP))
    true, told = _roll(spans, count), _roll(answer.speech or () if answer else (), count)
    return {
        "frames": count,
        "right": int((true == told).sum()),
        "speech": int(true.sum()),
        "missed": int((true & ~told).sum()),
        "silence": int((~true).sum()),
        "false": int((told & ~true).sum()),
    }


def _roll(spans: Any, count: int) -> np.ndarray:
    flags = np.zeros(count, bool)
    for span in spans:
        flags[round(span.start / _STEP) : round(span.end / _STEP)] = True
    return flags
