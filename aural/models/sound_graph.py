"""A graph from sound to answers, as the nets that are learned here are exported: samples and lengths in, answers and frames out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import final

import numpy as np

from aural.models.card import Card
from aural.models.gathering import Gathering
from aural.models.runtime import Runtime, Session


@final
class SoundGraph:
    """A graph with the inputs samples [B, T] and lengths [B] and the outputs answers [B, K] or [B, F, K] and, of most, frames [B].

    Where a batch changes no answer, rows of several threads go through it together, as many as the runtime says.
    """

    def __init__(self, card: Card, session: Session, runtime: Runtime) -> None:
        self._session = session
        self._told = tuple(name for name in ("answers", "frames") if name in session.outputs)
        self._gathering = Gathering(self._heard, runtime.rows() if card.batch == "exact" else 1)

    def rows(self, samples: np.ndarray, lengths: np.ndarray) -> list[np.ndarray]:
        """samples [B, T], lengths [B] -> the answers of each row: [K], or [F, K] of its real frames."""
        return list(self._gathering.run([row[: int(length)] for row, length in zip(samples, lengths, strict=True)]))

    def answers(self, samples: np.ndarray, lengths: np.ndarray) -> np.ndarray:
        """The same as one array [B, K] or [B, F, K], 0 behind a row's last frame."""
        rows = self.rows(samples, lengths)
        out = np.zeros((len(rows), *np.max([row.shape for row in rows], axis=0)), np.float32)
        for place, row in zip(out, rows, strict=True):
            place[: len(row)] = row
        return out

    def _heard(self, rows: Sequence[np.ndarray]) -> list[np.ndarray]:
        samples = np.zeros((len(rows), max(map(len, rows), default=0)), np.float32)
        for place, row in zip(samples, rows, strict=True):
            place[: len(row)] = row
        lengths = np.array([len(row) for row in rows], np.int64)
        told = dict(zip(self._told, self._session.run({"samples": samples, "lengths": lengths}, self._told), strict=True))
        if "frames" not in told or told["answers"].ndim < 3:
            return list(told["answers"])
        return [row[: int(n)] for row, n in zip(told["answers"], told["frames"], strict=True)]
