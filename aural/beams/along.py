"""A step of a search that CTC hears along with and a fusion adds to, for decoders that write marks beside units.

A decoder's ids are `units` units, then marks (an end, times): unit u is class u + 1 of CTC and of the fusion, whose class 0 is the
blank; a mark is nothing that can be heard, so neither says anything of it. What is written costs
(1 - weight) log P of the decoder + weight log P of CTC that the text goes on so + what the fusion adds + a bonus for each unit.
Letters: N rows, V ids, U units, C units that may follow, F frames, K classes.
Source: Watanabe et al. 2017, Hybrid CTC/Attention (section II.C.2).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

import numpy as np

from aural.beams.ctc_prefix import PrefixScores, Sums
from aural.beams.fusion import Fusion, States
from aural.beams.search import Step

_LEAST = -1e30  # a decoder that has no say (weight 1) still forbids what it forbids
_LIKELY = 24  # units of each row that CTC is asked about, by what the others say of them


@dataclass(frozen=True, eq=False)
class Beside:
    """What goes along: log-probabilities of CTC [F, K] (None: nothing is heard) with their weight, a fusion, a bonus for each unit;
    `always` are units that CTC is asked about however unlikely they are."""

    units: int
    end: int
    heard: np.ndarray | None = None
    weight: float = 0.0
    fusion: Fusion | None = None
    bonus: float = 0.0
    always: Sequence[int] = ()

    @property
    def hears(self) -> bool:
        """True when CTC has a say."""
        return self.heard is not None and self.weight > 0

    @property
    def idle(self) -> bool:
        """True when it changes nothing."""
        return not (self.hears or self.fusion or self.bonus)


@final
class Along:
    """The step; it knows of each of its rows what was written."""

    def __init__(self, step: Step, beside: Beside) -> None:
        self._step, self._beside = step, beside
        heard = beside.heard if beside.hears else None
        self._ctc = None if heard is None else PrefixScores(heard[None], np.array([len(heard)]))
        self._states = States(beside.fusion, beside.units + 1)
        self._state, self._last, self._chance = np.zeros(1, np.int64), np.zeros(1, np.int64), np.zeros(1)
        self._sums = self._ctc.start(np.zeros(1, np.int64)) if self._ctc else None
        self._offered: tuple[np.ndarray, np.ndarray, Sums] | None = None
        self._texts: list[tuple[int, ...]] = [()]
        self._own: dict[tuple[int, ...], tuple[float, ...]] = {(): ()}
        self._heard = np.zeros((1, 0))

    def first(self, ahead: np.ndarray) -> np.ndarray:
        """What the first id [V] costs, of the decoder's log-probabilities [V]."""
        return np.asarray(self._mixed(ahead[None])[0])

    def __call__(self, rows: np.ndarray, ids: np.ndarray) -> np.ndarray:
        self._walk(rows, ids)
        return self._mixed(self._step(rows, ids))

    def own(self, ids: Sequence[int]) -> tuple[float, ...]:
        """What decoder and CTC, and no language, gave each id of a text that was reached: log-probabilities."""
        return self._own[tuple(ids)]

    def _walk(self, rows: np.ndarray, ids: np.ndarray) -> None:
        """The rows that go on, each with an id behind it."""
        pairs = [(self._texts[r], r, i) for r, i in zip(rows.tolist(), ids.tolist(), strict=True)]
        self._texts = [(*text, i) for text, _, i in pairs]
        self._own |= {(*text, i): (*self._own[text], float(self._heard[r, i])) for text, r, i in pairs}
        unit = ids < self._beside.units
        if self._sums is not None and self._offered is not None:
            classes, chances, grown = self._offered
            place = np.where(unit, (classes[rows] == ids[:, None] + 1).argmax(axis=1), 0)
            still, own = self._sums.of(rows), grown.of(rows, place)
            self._sums = Sums(*(np.where(unit[:, None], a, b) for a, b in ((own.token, still.token), (own.blank, still.blank))))
            self._chance = np.where(unit, chances[rows, place], self._chance[rows])
        self._last = np.where(unit, ids + 1, self._last[rows])
        if self._states.used:
            before = zip(self._state[rows].tolist(), ids.tolist(), strict=True)
            self._state = np.array([self._states.walk(s, i + 1) if i < self._beside.units else s for s, i in before])

    def _mixed(self, ahead: np.ndarray) -> np.ndarray:
        """What each id costs [N, V]."""
        beside = self._beside
        share = 1 - (beside.weight if self._ctc else 0.0)
        heard = np.where(ahead > -np.inf, share * np.maximum(ahead, _LEAST), -np.inf)
        added = self._added(heard)
        if self._ctc is not None and self._sums is not None:
            clips = np.zeros(len(heard), np.int64)
            classes = self._likely(heard + added) + 1
            chances, grown = self._ctc.grown(self._sums, self._last, clips, classes)
            self._offered = classes, chances, grown
            own = np.full((len(heard), beside.units), -np.inf)
            np.put_along_axis(own, classes - 1, chances - self._chance[:, None], 1)
            heard[:, : beside.units] += beside.weight * own
            heard[:, beside.end] += beside.weight * (self._ctc.whole(self._sums, clips) - self._chance)
        self._heard = heard
        return np.asarray(heard + added)

    def _added(self, heard: np.ndarray) -> np.ndarray:
        """What the fusion and the bonus add to each id [N, V]."""
        added = np.zeros_like(heard)
        added[:, : self._beside.units] = self._beside.bonus
        offers = self._states.offers(self._state)
        if offers is not None:
            added[:, : self._beside.units] += offers[:, 1:]
            added[:, self._beside.end] += [self._states.finish(s) for s in self._state.tolist()]
        return added

    def _likely(self, mixed: np.ndarray) -> np.ndarray:
        """The units [N, C] that CTC is asked about."""
        beside = self._beside
        count = min(_LIKELY + len(beside.always), beside.units)
        wanted = mixed[:, : beside.units].copy()
        wanted[:, list(beside.always)] = np.inf
        return np.asarray(np.argpartition(-wanted, count - 1, axis=1)[:, :count])
