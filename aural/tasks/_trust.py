"""Decides by several signals whether somebody spoke and whether what was written is what they said."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from aural.models.face import Hypothesis
from aural.tasks._gate import HOP, longest_run


@dataclass(frozen=True)
class Evidence:
    """What the voice gate found in a window: `any` at all, `strong` enough to believe any answer, and
    `voiced`, the seconds with a likely voice."""

    any: bool
    strong: bool
    voiced: float


def evidence(voice: np.ndarray, threshold: float = 0.5) -> Evidence:
    """The evidence in the voice probabilities [F] of a window."""
    soft = 0.6 * threshold
    return Evidence(longest_run(voice, soft) >= 2, longest_run(voice, threshold) >= 8, float((voice >= soft).sum()) * HOP)


def believed(told: Hypothesis, found: Evidence) -> bool:
    """Whether a window's words are kept: strong evidence, or weak evidence and a sure, short answer."""
    if found.strong:
        return True
    tokens = told.scores.get("tokens_per_second", 0.0)
    return told.scores.get("avg_logprob", 0.0) > -0.7 and tokens < 8
