"""CTC and a fusion beside a decoder with marks: what a search finds is what the sum over whole texts says."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from aural.beams.along import Along, Beside
from aural.beams.ctc_prefix import PrefixScores
from aural.beams.fusion import OnlyWords
from aural.beams.search import beam, log_softmax

UNITS, END, MARK = 3, 3, 4  # ids 0 to 2 are units, then the end, then a mark


def _ctc(logs: np.ndarray, text: tuple[int, ...]) -> float:
    """log P(text | X) of CTC by the sums of its prefixes, unit after unit."""
    scores, one = PrefixScores(logs[None], np.array([len(logs)])), np.zeros(1, np.int64)
    sums, last = scores.start(one), one
    for unit in text:
        _, grown = scores.grown(sums, last, one, np.array([[unit + 1]]))
        sums, last = grown.of(one, one), np.array([unit + 1])
    return float(scores.whole(sums, one)[0])


def _table(seed: int) -> np.ndarray:
    """A decoder [ids + 1, ids]: what follows each id, the last row what comes first."""
    return log_softmax(np.random.default_rng(seed).normal(size=(6, 5)))


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("weight", [0.0, 0.3, 0.9])
def test_best_text_is_the_best_of_all(seed: int, weight: float) -> None:
    table, logs = _table(seed), log_softmax(np.random.default_rng(seed + 50).normal(size=(5, UNITS + 1)) * 2)
    beside = Beside(UNITS, END, logs, weight, bonus=0.4)
    along = Along(lambda rows, ids: table[ids].copy(), beside)
    found = beam(along.first(table[5].copy()), along, width=400, end=END, limit=4, penalty=0.0)

    def whole(text: tuple[int, ...]) -> float:
        path = [5, *text, END]
        decoder = sum(table[a, b] for a, b in itertools.pairwise(path))
        units = tuple(t for t in text if t < UNITS)
        heard = weight * _ctc(logs, units) if weight else 0.0
        return float((1 - weight) * decoder + heard + 0.4 * len(units))

    texts = [t for n in range(4) for t in itertools.product((0, 1, 2, MARK), repeat=n)]
    texts = [t for t in texts if len(t) < 3 or len(set(t[-3:])) > 1]  # a search cuts off loops
    best = max(texts, key=whole)
    assert found[0].tokens == best
    assert sum(found[0].logprobs) == pytest.approx(whole(best), abs=1e-6)
    assert len(along.own(best)) == len(best)
    if not weight:
        assert along.own(best) == pytest.approx([table[a, b] for a, b in itertools.pairwise((5, *best))])


def test_a_unit_that_is_always_asked_for_is_found_behind_likelier_ones() -> None:
    units = 60
    ahead = np.linspace(0.0, -6.0, units + 1)
    heard = log_softmax(np.r_[0.0, np.full(units - 1, -20.0), 30.0][None].repeat(3, 0))
    for always, found in (((), -np.inf), ((units - 1,), 0.5 * ahead[units - 1])):
        along = Along(lambda rows, ids: ahead[None], Beside(units, units, heard, 0.5, always=always))
        assert along.first(ahead)[units - 1] == pytest.approx(found, abs=1e-3)


def test_a_fusion_adds_and_forbids() -> None:
    ahead = np.zeros(3)
    along = Along(lambda rows, ids: ahead[None].repeat(len(rows), 0), Beside(2, 2, fusion=OnlyWords(["a"], ("", "\u2581a", "b"))))
    assert along.first(ahead).tolist() == [0.0, -np.inf, 0.0]
    assert along(np.zeros(1, np.int64), np.array([0])).tolist() == [[0.0, -np.inf, 0.0]]


def test_nothing_beside_changes_nothing() -> None:
    assert Beside(3, 3, np.zeros((4, 4))).idle
    assert not Beside(3, 3, np.zeros((4, 4)), 0.3).idle
