"""How much of music a sound tagger hears around each moment: a second voice where the net for speech and music says noise."""

from __future__ import annotations

from typing import final

import numpy as np

from aural.models.face import Scorer
from aural.tasks._hearing import Grid, Heard, grid_of

LABEL = "Music"
_OVER = 9  # frames (4.3 s with the usual tagger) that a score is the mean of
# From this mean score on it is music, whatever the other net says. Of what that one calls noise, 13.8 of 14.0 % of music_clips
# pass and nothing of noises and esc10 (train; valid of both neither).
ENOUGH = 0.5


@final
class Music:
    """Keeps one number a frame of those that are shown to it in sequence."""

    def __init__(self, model: Scorer) -> None:
        self.grid: Grid = grid_of(model)
        self._column = model.card.labels.index(LABEL) if LABEL in model.card.labels else None
        self._scores: list[np.ndarray] = []

    def take(self, heard: Heard) -> None:
        """The next frames of the tagger."""
        if self._column is not None:
            self._scores.append(np.asarray(heard.probabilities[:, self._column], np.float32))

    def at(self, seconds: np.ndarray) -> np.ndarray:
        """Whether each of some moments [B] lies in music: bool [B]; nowhere for a tagger that does not know it."""
        scores = np.concatenate(self._scores) if self._scores else np.zeros(0, np.float32)
        if not len(scores):
            return np.zeros(len(seconds), bool)
        smooth = np.convolve(np.pad(scores, _OVER // 2, mode="edge"), np.ones(_OVER) / _OVER, "valid")
        middle = self.grid.window / 2 / self.grid.rate
        frame = np.rint((seconds - middle) * self.grid.rate / self.grid.hop).astype(int)
        return np.asarray(smooth[np.clip(frame, 0, len(scores) - 1)] >= ENOUGH)
