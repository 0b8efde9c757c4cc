"""Beam search over a decoder: equal to trying every text, in a batch as alone, and always at an end."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from aural.beams.ctc_paths import log_probability
from aural.beams.ctc_prefix import PrefixScores
from aural.beams.fusion import Together, WordFusion
from aural.beams.kneser_ney import trained
from aural.beams.loops import loop_at
from aural.beams.writing import Ranking, Reading, search

CLASSES, LIMIT, FRAMES = 4, 3, 6
PIECES = ("", "\u2581a", "b", "\u2581c")


class Table:
    """A decoder that is a table: what comes next depends on the two units before and on the clip; it looks further each time."""

    def __init__(self, clips: int, seed: int = 0) -> None:
        rng = np.random.default_rng(seed)
        self.table = np.log(rng.dirichlet(np.ones(CLASSES), size=(clips, CLASSES, CLASSES)))
        self.last, self.places = np.zeros(clips, int), np.zeros(clips, int)

    def __call__(self, parents: np.ndarray | None, clips: np.ndarray, last: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        before = np.zeros(len(clips), int) if parents is None else self.last[parents]
        self.places = np.zeros(len(clips), int) if parents is None else self.places[parents] + 1
        self.last = last
        looked = np.zeros((len(clips), FRAMES))
        looked[np.arange(len(clips)), np.minimum(self.places, FRAMES - 1)] = 0.9
        return self.table[clips, before, last], looked

    def logprob(self, clip: int, tokens: tuple[int, ...]) -> float:
        """log P of a text with its end."""
        one, two, total = 0, 0, 0.0
        for token in (*tokens, 0):
            total += float(self.table[clip, one, two, token])
            one, two = two, token
        return total


def heard() -> np.ndarray:
    return np.log(np.random.default_rng(5).dirichlet(np.ones(CLASSES), size=(3, FRAMES)))


def texts() -> list[tuple[int, ...]]:
    return [t for n in range(LIMIT + 1) for t in itertools.product(range(1, CLASSES), repeat=n)]


@pytest.mark.parametrize(
    "how",
    [
        Ranking(width=40, n_best=5),
        Ranking(width=40, n_best=5, ctc=0.4),
        Ranking(width=40, n_best=3, ctc=0.3, bonus=0.7, coverage=0.2),
        Ranking(width=100, n_best=3, length=1.0, ctc=0.2),
    ],
)
def test_a_wide_beam_equals_trying_every_text(how: Ranking) -> None:
    table, logs = Table(3), heard()
    frames = np.array([6, 4, 5])
    fusion = WordFusion(trained([["ab", "c"], ["c", "a"], ["ab"]], 2), PIECES, 0.6)
    told = search(table, [LIMIT] * 3, how, PrefixScores(logs, frames), Together([fusion]))
    for clip in range(3):
        true = []
        for tokens in texts():
            ctc = log_probability(logs[clip, : frames[clip]], tokens)
            state, added = fusion.start(), how.bonus * len(tokens)
            for token in tokens:
                added += float(fusion.offers(state)[token])
                state = fusion.walk(state, token)
            added += fusion.finish(state)
            covered = how.coverage * min(len(tokens) + 1, FRAMES)
            total = (1 - how.ctc) * table.logprob(clip, tokens) + (how.ctc * ctc if how.ctc else 0.0) + added + covered
            true.append((total / (len(tokens) + 1) ** how.length, tokens))
        true.sort(reverse=True)
        if how.length:  # a mean is searched for greedily: the best is found, what lies below it need not be
            assert told[clip][0].tokens == true[0][1]
            continue
        assert [r.tokens for r in told[clip]] == [tokens for _, tokens in true[: how.n_best]]
        assert [r.score for r in told[clip]] == pytest.approx([score for score, _ in true[: how.n_best]], abs=1e-6)


def test_scores_stand_apart_and_add_up() -> None:
    table, logs = Table(3), heard()
    how = Ranking(width=8, n_best=3, ctc=0.4)
    for clip, readings in enumerate(search(table, [LIMIT] * 3, how, PrefixScores(logs, np.array([6, 6, 6])))):
        for one in readings:
            assert one.decoder == pytest.approx(table.logprob(clip, one.tokens)) == pytest.approx(sum(one.logprobs))
            assert one.ctc == pytest.approx(log_probability(logs[clip], one.tokens), abs=1e-6)
            assert one.score == pytest.approx(0.6 * one.decoder + 0.4 * one.ctc)
            assert one.looked.shape == (len(one.tokens), FRAMES) if one.tokens else one.looked.size == 0


def test_a_batch_answers_as_its_clips_alone() -> None:
    logs, frames = heard(), np.array([6, 3, 5])
    how = Ranking(width=3, n_best=2, ctc=0.3)
    together = search(Table(3), [LIMIT, 2, LIMIT], how, PrefixScores(logs, frames))
    for clip, limit in enumerate((LIMIT, 2, LIMIT)):
        alone = Table(3)
        alone.table = alone.table[[clip]]
        found = search(alone, [limit], how, PrefixScores(logs[[clip]], frames[[clip]]))[0]
        assert [r.tokens for r in found] == [r.tokens for r in together[clip]]
        assert [r.score for r in found] == pytest.approx([r.score for r in together[clip]])


class Endless:
    """A decoder that never ends: it says one unit for ever, or goes round three of them, and finds the end impossible."""

    def __init__(self, period: int) -> None:
        self.period, self.steps = period, 0

    def __call__(self, parents: np.ndarray | None, clips: np.ndarray, last: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        self.steps += 1
        ahead = np.full((len(last), CLASSES), -50.0)
        ahead[np.arange(len(last)), last % self.period + 1] = 0.0
        ahead[:, 0] = -1e9
        return ahead, np.full((len(last), FRAMES), 1 / FRAMES)


@pytest.mark.parametrize("period", [1, 3])
@pytest.mark.parametrize("width", [1, 4])
def test_there_is_always_an_end(period: int, width: int) -> None:
    decoder = Endless(period)
    (readings,) = search(decoder, [200], Ranking(width=width))
    assert decoder.steps <= 201 and len(readings) == 1
    assert loop_at(readings[0].tokens) is None, "what a loop repeats is cut off"
    (short,) = search(Endless(period), [5], Ranking(width=width))
    assert len(short[0].tokens) <= 5 and (short[0].finished or width == 1)


def test_nothing_may_be_the_answer() -> None:
    def silent(parents: np.ndarray | None, clips: np.ndarray, last: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return np.log(np.tile([0.97, 0.01, 0.01, 0.01], (len(last), 1))), np.zeros((len(last), FRAMES))

    (readings,) = search(silent, [4], Ranking(width=2))
    assert isinstance(readings[0], Reading) and readings[0].tokens == () and readings[0].finished
