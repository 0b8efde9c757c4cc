"""Prefix beam search over CTC posteriors: the likeliest sequences, each with all paths to it that the beam keeps.

Two numbers are kept for each prefix, the paths that end in a blank and those that end in its last token; prefixes that meet are
one. All rows of a batch go through a frame together. Letters: B batch, W width, F frames, K classes, class 0 the blank.
Source: Graves 2012 (Sequence Transduction, section on CTC); Hannun et al. 2014 (arXiv:1408.2873), with shallow fusion.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np

from aural.beams.ctc_paths import BLANK, log_probability
from aural.beams.fusion import Fusion

_NEVER = np.float32(-1e30)


@dataclass(frozen=True)
class Reading:
    """One sequence: `acoustic` is log P(tokens | X) over all paths, `added` what a fusion added (weights and bonuses in it)."""

    tokens: tuple[int, ...]
    acoustic: float
    added: float

    @property
    def score(self) -> float:
        """What readings are ranked by."""
        return self.acoustic + self.added


def search(
    log_probs: np.ndarray, lengths: Sequence[int] | np.ndarray, *, width: int, fusion: Fusion | None = None, likely: int = 40
) -> list[list[Reading]]:
    """The readings of each row [B, F, K], best first, `width` at most; frames from `lengths` [B] on are padding.

    In each frame the `likely` best classes may follow; with `width` and `likely` large enough the answer is exact.
    """
    log_probs = np.maximum(np.asarray(log_probs, np.float32), _NEVER)
    beam = _Beam(log_probs.shape[0], width, fusion, log_probs.shape[2])
    count = min(likely, log_probs.shape[2] - 1)
    order = np.sort(np.argpartition(-log_probs[:, :, 1:], count - 1, axis=2)[:, :, :count] + 1, axis=2)
    for f in range(int(np.max(lengths, initial=0))):
        beam.step(log_probs[:, f], order[:, f], f < np.asarray(lengths))
    return [_ranked(beam.readings(b), row[: int(n)]) for b, (row, n) in enumerate(zip(log_probs, lengths, strict=True))]


def _ranked(found: list[tuple[tuple[int, ...], float]], log_probs: np.ndarray) -> list[Reading]:
    """The readings of one row with the sum over all of their paths, best first."""
    readings = [Reading(tokens, log_probability(log_probs, tokens), added) for tokens, added in found]
    return sorted(readings, key=lambda r: -r.score)


class _Beam:
    """The prefixes of a batch. Each is a node of one tree, so that equal prefixes are one number."""

    def __init__(self, rows: int, width: int, fusion: Fusion | None, classes: int) -> None:
        self._states = _States(fusion, classes)
        self._tree: dict[tuple[int, int], int] = {}
        self._up: list[tuple[int, int]] = [(-1, BLANK)]  # node 0 is the empty prefix
        shape = (rows, width)
        self._node, self._parent, self._last = np.full(shape, -2), np.full(shape, -1), np.zeros(shape, int)
        self._blank, self._token = np.full(shape, _NEVER), np.full(shape, _NEVER)
        self._added, self._state = np.zeros(shape, np.float32), np.zeros(shape, int)
        self._node[:, 0], self._blank[:, 0] = 0, 0.0

    def step(self, log_probs: np.ndarray, classes: np.ndarray, real: np.ndarray) -> None:
        """One frame: log_probs [B, K], the classes [B, C] that may follow; rows that are not `real` stay as they are."""
        rows, width = self._node.shape
        b = np.arange(rows)[:, None]
        ahead = log_probs[b, classes]  # [B, C]
        total = np.logaddexp(self._blank, self._token)
        same = classes[:, None, :] == self._last[:, :, None]
        grown = np.where(same, self._blank[:, :, None], total[:, :, None]) + ahead[:, None, :]  # [B, W, C]
        blank = total + log_probs[:, BLANK, None]
        token = np.where(self._last > 0, self._token + log_probs[b, self._last], _NEVER)
        self._merge(grown, token, classes)
        added = np.repeat(self._added[:, :, None], classes.shape[1], axis=2)
        offers = self._states.offers(self._state)
        if offers is not None:
            added += np.take_along_axis(offers, classes[:, None, :], axis=2)
        stay = np.logaddexp(blank, token) + self._added
        scores = np.concatenate([stay, (grown + added).reshape(rows, -1)], axis=1)
        best = np.argpartition(-scores, width - 1, axis=1)[:, :width]
        best = np.where(real[:, None], best, np.arange(width)[None])
        kept = (np.where(real[:, None], blank, self._blank), np.where(real[:, None], token, self._token))
        self._take(best, kept, grown, added, classes)

    def readings(self, row: int) -> list[tuple[tuple[int, ...], float]]:
        """The prefixes of one row, unordered: tokens, and what the fusion added with the end of the text."""
        found = []
        for w in np.flatnonzero(np.maximum(self._blank[row], self._token[row]) > _NEVER / 2):
            tokens, node = [], int(self._node[row, w])
            while node > 0:
                node, token = self._up[node]
                tokens.append(token)
            found.append((tuple(tokens[::-1]), float(self._added[row, w]) + self._states.finish(int(self._state[row, w]))))
        return found

    def _merge(self, grown: np.ndarray, token: np.ndarray, classes: np.ndarray) -> None:
        """A prefix that grows into another one of the beam adds its paths there, and is no candidate of its own."""
        b, w, p = np.nonzero(self._parent[:, :, None] == self._node[:, None, :])
        if not len(b):
            return
        match = classes[b] == self._last[b, w][:, None]
        known = match.any(1)
        b, w, p, c = b[known], w[known], p[known], match[known].argmax(1)
        token[b, w] = np.logaddexp(token[b, w], grown[b, p, c])
        grown[b, p, c] = _NEVER

    def _take(
        self, best: np.ndarray, stay: tuple[np.ndarray, np.ndarray], grown: np.ndarray, added: np.ndarray, classes: np.ndarray
    ) -> None:
        """Keep the candidates `best` [B, W]: numbers below W stay as they are, the others grow by a class."""
        rows, width = best.shape
        count, b = classes.shape[1], np.arange(rows)[:, None]
        grows = best >= width
        from_, c = np.where(grows, (best - width) // count, best), np.where(grows, (best - width) % count, 0)
        blank, token = np.where(grows, _NEVER, stay[0][b, from_]), np.where(grows, grown[b, from_, c], stay[1][b, from_])
        total = np.where(grows, added[b, from_, c], self._added[b, from_])
        node, parent, last, state = (a[b, from_] for a in (self._node, self._parent, self._last, self._state))
        for i, j in zip(*np.nonzero(grows & (token > _NEVER / 2)), strict=True):
            written = int(classes[i, c[i, j]])
            parent[i, j], last[i, j] = node[i, j], written
            node[i, j] = self._child(int(node[i, j]), written)
            state[i, j] = self._states.walk(int(state[i, j]), written)
        dead = grows & (token <= _NEVER / 2)
        node[dead], parent[dead] = -2, -1
        self._node, self._parent, self._last, self._state = node, parent, last, state
        self._blank, self._token, self._added = blank, token, np.asarray(total, np.float32)

    def _child(self, node: int, token: int) -> int:
        found = self._tree.get((node, token))
        if found is None:
            found = self._tree[node, token] = len(self._up)
            self._up.append((node, token))
        return found


class _States:
    """The states of a fusion as numbers, and what each offers as rows of one table."""

    def __init__(self, fusion: Fusion | None, classes: int) -> None:
        self._fusion = fusion
        self._known: dict[Hashable, int] = {}
        self._all: list[Hashable] = []
        self._steps: dict[tuple[int, int], int] = {}
        self._table = np.zeros((64, classes), np.float32)
        if fusion is not None:
            self._number(fusion.start())

    def offers(self, states: np.ndarray) -> np.ndarray | None:
        """[B, W] -> [B, W, K], or None where nothing is added."""
        return None if self._fusion is None else self._table[states]

    def walk(self, state: int, token: int) -> int:
        if self._fusion is None:
            return 0
        found = self._steps.get((state, token))
        if found is None:
            found = self._steps[state, token] = self._number(self._fusion.walk(self._all[state], token))
        return found

    def finish(self, state: int) -> float:
        return 0.0 if self._fusion is None else self._fusion.finish(self._all[state])

    def _number(self, state: Hashable) -> int:
        assert self._fusion is not None
        found = self._known.get(state)
        if found is None:
            found = self._known[state] = len(self._all)
            self._all.append(state)
            if found == len(self._table):
                self._table = np.concatenate([self._table, np.zeros_like(self._table)])
            self._table[found] = self._fusion.offers(state)
        return found
