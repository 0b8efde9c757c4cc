"""Beam search over decoders that write a unit at a time, many clips at once: with CTC heard along, language models, and a sure end.

A reading's score is (1 - ctc) log P of the decoder + ctc log P of CTC + what a fusion adds + a bonus for each unit + `coverage` for
each frame that was looked at enough; divided by the number of its units to the power `length`. The end is sure: no reading is
longer than its clip's limit, and one that runs in a loop is dropped, or cut where it is the last.
Letters: N rows (readings under way), V classes, class 0 the end, F frames.
Source: Watanabe et al. 2017, Hybrid CTC/Attention; coverage: Chorowski and Jaitly 2017 (arXiv:1612.02695); length: Wu et al. 2016.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from aural.beams.ctc_prefix import PrefixScores, Sums
from aural.beams.fusion import Fusion, States
from aural.beams.loops import loop_at

END = 0
_ENOUGH = 0.5  # of all looks in sum at a frame: it counts as looked at

# Given the row that each new row continues (None at the start), its clip, and the unit written last: log-probabilities
# [N, V] of the next, and where was looked [N, F].
Step = Callable[[np.ndarray | None, np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]


@dataclass(frozen=True)
class Ranking:
    """What readings are ranked by, and how many are kept at once."""

    width: int = 8
    n_best: int = 1
    ctc: float = 0.0
    bonus: float = 0.0
    coverage: float = 0.0
    length: float = 0.0
    likely: int = 24


@dataclass(frozen=True, eq=False)
class Reading:
    """Units without the end; log-probabilities of each, and of the end where it was `finished`, by the decoder; their sum, that of
    CTC, and what a fusion added; the looks [L, F]."""

    tokens: tuple[int, ...]
    logprobs: tuple[float, ...]
    decoder: float
    ctc: float
    added: float
    score: float
    looked: np.ndarray
    finished: bool = True
    looped: bool = False


@dataclass(eq=False)
class _Row:
    """A reading under way."""

    clip: int
    tokens: list[int]
    logprobs: list[float]
    looks: list[np.ndarray]
    decoder: float = 0.0
    ctc: float = 0.0
    added: float = 0.0
    state: int = 0


def search(
    step: Step, limits: Sequence[int], how: Ranking, prefixes: PrefixScores | None = None, fusion: Fusion | None = None
) -> list[list[Reading]]:
    """The readings of each clip, best first; a clip's hold at most `limits` [B] units. `prefixes`: where `how.ctc` > 0."""
    found = _Search(step, limits, how, prefixes if how.ctc else None, fusion)
    while found.rows:
        found.go_on()
    return [sorted(done, key=lambda r: -r.score)[: how.n_best] for done in found.done]


class _Search:
    """Rows under way of all clips, and what is done of each."""

    def __init__(
        self, step: Step, limits: Sequence[int], how: Ranking, prefixes: PrefixScores | None, fusion: Fusion | None
    ) -> None:
        self._step, self._limits, self._how, self._prefixes, self._fusion = step, limits, how, prefixes, fusion
        self.rows = [_Row(b, [], [], []) for b in range(len(limits))]
        self.done: list[list[Reading]] = [[] for _ in limits]
        self._parents: np.ndarray | None = None
        self._sums: Sums | None = prefixes.start(np.arange(len(limits))) if prefixes else None
        self._states: States | None = None

    def go_on(self) -> None:
        """One more unit of every row."""
        clips = np.array([r.clip for r in self.rows])
        last = np.array([r.tokens[-1] if r.tokens else END for r in self.rows])
        ahead, looked = self._step(self._parents, clips, last)
        classes, gains, sums, chances = self._offered(ahead, clips, last)
        ends = self._ends(ahead, clips, looked)
        kept: list[tuple[int, int]] = []
        for clip in dict.fromkeys(clips.tolist()):
            kept += self._best(clip, np.flatnonzero(clips == clip), gains, ends, looked)
        grown = [self._grown(n, int(classes[n, c]), ahead, chances[n, c], looked) for n, c in kept]
        straight = self._straight(grown)
        self.rows, kept = [grown[i] for i in straight], [kept[i] for i in straight]
        self._parents = np.array([n for n, _ in kept], np.int64)
        if sums is not None:
            self._sums = sums.of(self._parents, np.array([c for _, c in kept], np.int64))

    def _offered(
        self, ahead: np.ndarray, clips: np.ndarray, last: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, Sums | None, np.ndarray]:
        """For each row the classes [N, C] that may follow, the scores without coverage that each leads to, and what CTC says."""
        how, rows = self._how, self.rows
        added = np.array([r.added for r in rows])[:, None] + how.bonus + self._adds(ahead.shape[1])
        decoder = np.array([r.decoder for r in rows])[:, None] + ahead
        whole = (1 - how.ctc) * decoder + added
        count = min(how.likely, ahead.shape[1] - 1)
        classes = np.argpartition(-whole[:, 1:], count - 1, axis=1)[:, :count] + 1
        picked = np.take_along_axis(whole, classes, 1)
        if self._prefixes is None or self._sums is None:
            return classes, picked, None, np.zeros(classes.shape)
        chances, sums = self._prefixes.grown(self._sums, last, clips, classes)
        return classes, picked + how.ctc * chances, sums, chances

    def _adds(self, classes: int) -> np.ndarray:
        """[N, V]: what the fusion adds to each class."""
        if self._fusion is None:
            return np.zeros((1, classes))
        if self._states is None:
            self._states = States(self._fusion, classes)
        offers = self._states.offers(np.array([r.state for r in self.rows]))
        assert offers is not None
        return offers

    def _ends(self, ahead: np.ndarray, clips: np.ndarray, looked: np.ndarray) -> list[Reading]:
        """Each row as it would be if it ended here."""
        how = self._how
        whole = self._prefixes.whole(self._sums, clips) if self._prefixes and self._sums else np.zeros(len(clips))
        found = []
        for n, row in enumerate(self.rows):
            decoder = row.decoder + float(ahead[n, END])
            added = row.added + (self._states.finish(row.state) if self._states else 0.0)
            total = (1 - how.ctc) * decoder + how.ctc * float(whole[n]) + added + self._covered(row, looked[n])
            found.append(self._reading(row, [*row.logprobs, float(ahead[n, END])], decoder, float(whole[n]), added, total))
        return found

    def _reading(self, row: _Row, logprobs: list[float], decoder: float, ctc: float, added: float, total: float) -> Reading:
        score = total / max(len(row.tokens) + 1, 1) ** self._how.length
        looks = np.stack(row.looks) if row.looks else np.zeros((0, 0))
        return Reading(tuple(row.tokens), tuple(logprobs), decoder, ctc, added, score, looks, len(logprobs) > len(row.tokens))

    def _covered(self, row: _Row, look: np.ndarray) -> float:
        """What the frames that were looked at add."""
        if not self._how.coverage:
            return 0.0
        return self._how.coverage * float((np.sum([*row.looks, look], axis=0) > _ENOUGH).sum())

    def _best(
        self, clip: int, own: np.ndarray, gains: np.ndarray, ends: list[Reading], looked: np.ndarray
    ) -> list[tuple[int, int]]:
        """The (row, class) pairs of a clip that go on; readings that end are done. Empty when the clip is done."""
        how = self._how
        extra = np.array([self._covered(self.rows[n], looked[n]) for n in own])
        scores = gains[own] + extra[:, None]
        length = len(self.rows[own[0]].tokens) + 1
        size = scores.shape[1]
        if length > self._limits[clip]:
            self.done[clip] += [self._cut(ends[n]) for n in own] if not self.done[clip] else [ends[n] for n in own]
            return []
        ending = np.array([ends[n].score for n in own])
        pool = np.concatenate([scores.ravel() / (length + 1) ** how.length, ending])
        kept: list[tuple[int, int]] = []
        best = -np.inf
        for place, k in enumerate(np.argsort(-pool, kind="stable")):
            if len(kept) == how.width or not pool[k] > -np.inf:
                break
            if k >= scores.size:
                if place < how.width:
                    self.done[clip].append(ends[own[k - scores.size]])
                continue
            best = max(best, float(pool[k]))
            kept.append((int(own[k // size]), int(k % size)))
        done = sorted((r.score for r in self.done[clip]), reverse=True)
        room = (max(how.bonus, 0.0) * (self._limits[clip] - length) + max(how.coverage, 0.0) * looked.shape[1]) / length**how.length
        return [] if len(done) >= how.n_best and done[how.n_best - 1] >= best + room else kept

    def _cut(self, reading: Reading) -> Reading:
        """A reading at the limit: the end is not believed to be there."""
        looped = loop_at(reading.tokens)
        tokens = reading.tokens if looped is None else reading.tokens[:looped]
        return Reading(
            tokens, reading.logprobs[: len(tokens)], reading.decoder, reading.ctc, reading.added, reading.score,
            reading.looked[: len(tokens)], False, looped is not None,
        )  # fmt: skip

    def _grown(self, n: int, token: int, ahead: np.ndarray, ctc: float, looked: np.ndarray) -> _Row:
        row = self.rows[n]
        value = float(ahead[n, token])
        added, state = row.added + self._how.bonus, row.state
        if self._states is not None:
            offers = self._states.offers(np.array([state]))
            assert offers is not None
            added, state = added + float(offers[0, token]), self._states.walk(state, token)
        return _Row(
            row.clip,
            [*row.tokens, token],
            [*row.logprobs, value],
            [*row.looks, looked[n]],
            row.decoder + value,
            float(ctc),
            added,
            state,
        )

    def _straight(self, grown: list[_Row]) -> list[int]:
        """Which rows go on: those in a loop are dropped; where a clip has no other and nothing done, the loop is cut off."""
        straight = [i for i, row in enumerate(grown) if loop_at(row.tokens) is None]
        going = {grown[i].clip for i in straight}
        for row in grown:
            if row.clip not in going and not self.done[row.clip]:
                reading = self._reading(row, row.logprobs, row.decoder, row.ctc, row.added, row.decoder)
                self.done[row.clip].append(self._cut(reading))
        return straight
