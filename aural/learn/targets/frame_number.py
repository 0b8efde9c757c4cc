"""The pitch of each frame, from the row's curve `pitch`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from aural.corpora.manifest import Clip
from aural.corpora.truths import pitch_of
from aural.learn.targets._face import Grid, without


def names(clips: Sequence[Clip]) -> tuple[str, ...]:
    """The MIDI number, on which a semitone is 1 at every height, and whether there is a pitch at all (1 or 0)."""
    return ("midi", "voiced")


def target(clip: Clip, labels: Sequence[str], grid: Grid) -> np.ndarray:
    """[F, 2] at the middle of each frame; the MIDI number is NaN where there is no pitch. Raises: LearningError without a curve."""
    curve = pitch_of(clip)
    if curve is None:
        raise without(clip, "pitch")
    middle = (np.arange(grid.count) + 0.5) * grid.hop / grid.sample_rate
    place = np.round((middle - curve.start) / curve.hop).astype(int)
    hz = np.where(place < len(curve.values), curve.values[np.minimum(place, len(curve.values) - 1)], np.nan)
    voiced = np.isfinite(hz)
    midi = np.where(voiced, 69 + 12 * np.log2(np.where(voiced, hz, 440.0) / 440.0), np.nan)
    return np.stack([midi, voiced], axis=1).astype(np.float32)
