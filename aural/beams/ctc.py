"""Prefix beam search over CTC posteriors: the likeliest sequences, each with all paths to it that the beam keeps.

Two numbers are kept for each prefix, the paths that end in a blank and those that end in its last token; prefixes that meet are
one. All rows of a batch go through a frame together. Letters: B batch, W width, F frames, K classes, class 0 the blank.
Source: Graves 2012 (Sequence Transduction, section on CTC); Hannun et al. 2014 (arXiv:1408.2873), with shallow fusion.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from aural.beams.ctc_paths import BLANK, log_probabilities
from aural.beams.fusion import Fusion, States

_NEVER = np.float32(-1e30)
_ROOT, _NOBODY, _NO_PARENT = np.uint64(1), np.uint64(0), np.uint64(2)


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
    sums = log_probabilities(log_probs, [tokens for tokens, _ in found])
    readings = [Reading(tokens, float(total), added) for (tokens, added), total in zip(found, sums, strict=True)]
    return sorted(readings, key=lambda r: -r.score)


class _Beam:
    """The prefixes of a batch. Each is a 64-bit number mixed from that of its parent and its last token, so that equal prefixes
    have equal numbers; which parent and token a number stands for is written down as it comes up."""

    def __init__(self, rows: int, width: int, fusion: Fusion | None, classes: int) -> None:
        self._states = States(fusion, classes)
        self._written: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
        shape = (rows, width)
        self._node, self._parent = np.full(shape, _NOBODY), np.full(shape, _NO_PARENT)
        self._last = np.zeros(shape, int)
        self._blank, self._token = np.full(shape, _NEVER), np.full(shape, _NEVER)
        self._added, self._state = np.zeros(shape, np.float32), np.zeros(shape, int)
        self._node[:, 0], self._blank[:, 0] = _ROOT, 0.0

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
        """The prefixes of one row, unordered: tokens, and what the fusion added with the end of the text. One that cannot end is
        told as far as it can."""
        found = {}
        for w in np.flatnonzero(np.maximum(self._blank[row], self._token[row]) > _NEVER / 2):
            tokens, added = self._tokens[row][w], float(self._added[row, w]) + self._states.finish(int(self._state[row, w]))
            if added == -np.inf:
                count, added = self._states.ended(tokens)
                tokens = tokens[:count]
            found[tokens] = added
        return list(found.items())

    @cached_property
    def _tokens(self) -> list[list[tuple[int, ...]]]:
        """The tokens of every prefix [B][W], walked back from all at once."""
        rows, width = self._node.shape
        found: list[list[int]] = [[] for _ in range(rows * width)]
        if self._written:
            nodes, parents, tokens = (np.concatenate(parts) for parts in zip(*self._written, strict=True))
            nodes, first = np.unique(nodes, return_index=True)
            parents, tokens = parents[first], tokens[first]
            at = self._node.ravel().copy()
            while len(open_ := np.flatnonzero((at != _ROOT) & (at != _NOBODY))):
                place = np.searchsorted(nodes, at[open_])
                for k, token in zip(open_.tolist(), tokens[place].tolist(), strict=True):
                    found[k].append(token)
                at[open_] = parents[place]
        told = [tuple(one[::-1]) for one in found]
        return [told[b * width : (b + 1) * width] for b in range(rows)]

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
        alive = grows & (token > _NEVER / 2) & (total > -np.inf)
        written = classes[b, c]
        if self._states.used:
            for i, j in zip(*np.nonzero(alive), strict=True):
                state[i, j] = self._states.walk(int(state[i, j]), int(written[i, j]))
        parent, last = np.where(grows, node, parent), np.where(grows, written, last)
        node = np.where(grows, _child(node, written), node)
        self._written.append((node[alive], parent[alive], written[alive]))
        dead = grows & ~alive
        node[dead], parent[dead] = _NOBODY, _NO_PARENT
        self._node, self._parent, self._last, self._state = node, parent, last, state
        self._blank, self._token, self._added = blank, token, np.asarray(total, np.float32)


def _child(node: np.ndarray, token: np.ndarray) -> np.ndarray:
    """The numbers of prefixes grown by a token: mixed as splitmix64 does, so that two meet by chance once in 2^64."""
    mixed = (
        node * np.uint64(0x9E3779B97F4A7C15)
        + token.astype(np.uint64) * np.uint64(0xD1342543DE82EF95)
        + np.uint64(0x632BE59BD9B4E019)
    )
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(mixed ^ (mixed >> np.uint64(31)))
