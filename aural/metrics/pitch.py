"""Pitch over time: raw pitch and raw chroma accuracy, voicing recall and false alarms, overall accuracy.

Conventions: `true` and `told` are arrays [F] in Hz on the same frames, NaN where there is no pitch. Raw pitch accuracy is the
share of truly pitched frames whose answer lies within `cents` of the truth; a frame answered with no pitch is wrong. Raw chroma
accuracy forgives octaves. Overall accuracy is the share of all frames that are right in voicing, and in pitch where pitched.
Source: Poliner et al. 2007, as in mir_eval.melody (there an unvoiced frame may still carry a pitch; here it does not).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from aural.errors import UsageError

Numbers = np.ndarray | Sequence[float]


@dataclass(frozen=True)
class Counts:
    """Frames: all, truly pitched, those of them within the tolerance, within it but for octaves, answered as pitched, and
    unpitched ones that were answered as pitched. Counts add up with `+`."""

    frames: int = 0
    pitched: int = 0
    right: int = 0
    chroma: int = 0
    found: int = 0
    false: int = 0

    @property
    def raw_pitch(self) -> float:
        return _share(self.right, self.pitched)

    @property
    def raw_chroma(self) -> float:
        return _share(self.chroma, self.pitched)

    @property
    def voicing_recall(self) -> float:
        return _share(self.found, self.pitched)

    @property
    def voicing_false_alarm(self) -> float:
        return _share(self.false, self.frames - self.pitched)

    @property
    def overall(self) -> float:
        return _share(self.right + self.frames - self.pitched - self.false, self.frames)

    def __add__(self, other: Counts) -> Counts:
        return Counts(*(getattr(self, f) + getattr(other, f) for f in self.__dataclass_fields__))


def counts(true: Numbers, told: Numbers, cents: float = 50.0) -> Counts:
    """Counts of one recording. Raises: UsageError unless both are arrays of the same length."""
    one, other = np.asarray(true, np.float64), np.asarray(told, np.float64)
    if one.ndim != 1 or one.shape != other.shape:
        raise UsageError(f"pitches {one.shape} and {other.shape} cannot be compared")
    pitched, answered = np.isfinite(one) & (one > 0), np.isfinite(other) & (other > 0)
    both = pitched & answered
    off = np.full(len(one), np.inf)
    off[both] = np.abs(1200 * np.log2(other[both] / one[both]))
    folded = off.copy()
    folded[both] = np.abs(off[both] - 1200 * np.round(off[both] / 1200))
    return Counts(len(one), int(pitched.sum()), int((off <= cents).sum()), int((folded <= cents).sum()), int(both.sum()),
                  int((answered & ~pitched).sum()))  # fmt: skip


def raw_pitch_accuracy(true: Numbers, told: Numbers, cents: float = 50.0) -> float:
    """Share of pitched frames that are answered within `cents`; NaN without any."""
    return counts(true, told, cents).raw_pitch


def _share(part: int, whole: int) -> float:
    return part / whole if whole else float("nan")
