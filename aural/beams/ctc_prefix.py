"""What CTC says of prefixes: log P(W begins so | X), for a search that writes unit after unit and lets CTC hear along.

For each prefix two sums are kept at each frame, over its paths that end there in its last unit and in the blank. Both follow
from those of the prefix without its last unit by a running sum, here one call for all frames.
Letters: N rows, C classes that may follow, F frames, K classes there are, class 0 the blank.
Source: Graves 2008 (thesis, section 7.4); Watanabe et al. 2017, Hybrid CTC/Attention (section II.C.2).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np

from aural.beams.ctc_paths import BLANK


@dataclass(frozen=True, eq=False)
class Sums:
    """Of each row: `token` and `blank` [N, F + 1], logarithms; column f holds paths over the first f frames."""

    token: np.ndarray
    blank: np.ndarray

    def of(self, *index: np.ndarray) -> Sums:
        """Some of the rows."""
        return Sums(self.token[index], self.blank[index])


@final
class PrefixScores:
    """Over log-probabilities [B, F, K] of a batch, the first `frames` [B] of each real."""

    def __init__(self, log_probs: np.ndarray, frames: np.ndarray) -> None:
        real = np.arange(log_probs.shape[1])[None] < np.asarray(frames)[:, None]
        # What stands behind the end is never read; 0 keeps the sums finite.
        self._logs = np.where(real[..., None], log_probs, 0.0).astype(np.float64)
        self._blank = np.concatenate([np.zeros((len(real), 1)), np.cumsum(self._logs[:, :, BLANK], axis=1)], axis=1)
        self._real, self._frames = real, np.asarray(frames)

    def start(self, clips: np.ndarray) -> Sums:
        """The empty prefix of each row; `clips` [N] tells which of the batch it is of."""
        return Sums(np.full((len(clips), self._real.shape[1] + 1), -np.inf), self._blank[clips])

    def whole(self, sums: Sums, clips: np.ndarray) -> np.ndarray:
        """[N]: log P(W is the prefix | X)."""
        rows, last = np.arange(len(clips)), self._frames[clips]
        return np.asarray(np.logaddexp(sums.token[rows, last], sums.blank[rows, last]))

    def grown(self, sums: Sums, last: np.ndarray, clips: np.ndarray, classes: np.ndarray) -> tuple[np.ndarray, Sums]:
        """Each prefix with each of `classes` [N, C] behind it: log P(W begins so | X) [N, C], and the sums [N, C, F + 1].

        `last` [N] is the last unit of each prefix, 0 for the empty one.
        """
        logs = self._logs[clips[:, None], :, classes]  # [N, C, F]
        total = np.logaddexp(sums.token, sums.blank)[:, None]
        # A unit that is said twice needs a blank between.
        before = np.where((classes == last[:, None])[:, :, None], sums.blank[:, None], total)[:, :, :-1]
        begun = np.where(self._real[clips][:, None], before + logs, -np.inf)
        chances = np.logaddexp.reduce(begun, axis=2)
        along = np.concatenate([np.zeros((*logs.shape[:2], 1)), np.cumsum(logs, axis=2)], axis=2)
        token = np.full(along.shape, -np.inf)
        token[:, :, 1:] = along[:, :, 1:] + np.logaddexp.accumulate(before - along[:, :, :-1], axis=2)
        rest = self._blank[clips][:, None]
        blank = np.full(along.shape, -np.inf)
        blank[:, :, 1:] = rest[:, :, 1:] + np.logaddexp.accumulate(token[:, :, :-1] - rest[:, :, :-1], axis=2)
        return chances, Sums(token, blank)
