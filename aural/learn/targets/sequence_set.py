"""Notes that sound together, from the row's `notes`, as a roll over frames."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from aural.corpora.manifest import Clip
from aural.corpora.truths import notes_of
from aural.learn.targets._face import Grid, without

BEGINS = " begins"


def names(clips: Sequence[Clip]) -> tuple[str, ...]:
    """Every pitch (MIDI number) from the lowest to the highest, then each again for the frames in which it begins."""
    pitches = [round(note.pitch) for clip in clips for note in notes_of(clip) or ()]
    every = [str(p) for p in range(min(pitches, default=60), max(pitches, default=60) + 1)]
    return (*every, *(p + BEGINS for p in every))


def target(clip: Clip, labels: Sequence[str], grid: Grid) -> np.ndarray:
    """[F, K]: 1 while a pitch sounds, and in the frame in which it begins. Raises: LearningError without notes."""
    notes = notes_of(clip)
    if notes is None:
        raise without(clip, "notes")
    truth = np.zeros((grid.count, len(labels)), np.float32)
    for note in notes:
        name = str(round(note.pitch))
        if name in labels and note.start * grid.sample_rate < grid.count * grid.hop:
            truth[grid.frame(note.start) : grid.frame(note.end - 1e-6) + 1, labels.index(name)] = 1.0
            if note.start > 0 or not clip.start:
                truth[grid.frame(note.start), labels.index(name + BEGINS)] = 1.0
    return truth
