"""The search over lexicon and language model: readings equal those of trying every sequence of words."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from aural.beams import lexical_tree
from aural.beams.bias import PhraseTree
from aural.beams.graph import Graph, viterbi
from aural.beams.kneser_ney import trained
from aural.beams.lattice import Lattice, confidence, readings, shares
from aural.beams.lexical_tree import SILENCE
from aural.beams.ngrams import NGrams
from aural.beams.token_passing import Search, Weights

STATES = 7  # silence 0, phones of one or two states
WAYS = {"ab": (((1, 2), (3,)),), "ac": (((1, 2), (4,)), ((5,), (4,))), "d": (((6,),),)}
WORDS = sorted(WAYS)
STAY = np.log(np.linspace(0.3, 0.7, STATES))
EXACT = Weights(scale=0.5, language=1.5, bonus=0.2, pause=-0.4, beam=1e6, ends=1e6, most=10**6)


def language() -> NGrams:
    return trained([["ab", "d"], ["ac", "ab"], ["d"], ["ab", "d", "ac"], ["d", "d"]], 3)


def search(weights: Weights = EXACT) -> Search:
    model = language()
    ways = {number: WAYS[word] for number, word in enumerate(WORDS)} | {SILENCE: (((0,),),)}
    expected = np.array([weights.language * model.conditional((), word) + weights.bonus for word in WORDS])
    return Search(lexical_tree.built(ways, STAY, expected), model, WORDS, weights)


def alone(words: tuple[str, ...], scores: np.ndarray, weights: Weights) -> float:
    """The best score of one sequence of words: a graph of it alone, every state weighed as the search does."""
    graph = Graph()
    going = [(-1, 0.0)]

    def scaled(columns: tuple[int, ...], enter: list[tuple[int, float]]) -> list[tuple[int, float]]:
        for column in columns:
            state = graph.state(column, 0, weights.scale * float(STAY[column]))
            for before, weight in enter:
                if before < 0:
                    graph.starts[state] = weight
                else:
                    graph.arcs.append((before, state, weight))
            enter = [(state, weights.scale * math.log1p(-math.exp(STAY[column])))]
        return enter

    def paused(enter: list[tuple[int, float]]) -> list[tuple[int, float]]:
        for _ in range(6):  # pauses may follow each other
            enter = [*enter, *((s, w + weights.pause) for s, w in scaled((0,), enter))]
        return enter

    for word in words:
        going = paused(going)
        behind = []
        for way in WAYS[word]:
            behind += scaled(tuple(c for phone in way for c in phone), going)
        going = behind
    going = paused(going)
    for state, weight in going:
        if state >= 0:
            graph.ends[state] = max(weight, graph.ends.get(state, weight))
    try:
        found = viterbi(graph, weights.scale * scores[:, graph.emits])[1]
    except ValueError:
        return -math.inf
    return found + weights.language * language().logprob(words) + weights.bonus * len(words)


@pytest.mark.parametrize("seed", range(6))
def test_the_best_readings_equal_those_of_trying_all(seed: int) -> None:
    scores = np.random.default_rng(seed).normal(0, 4, (6, STATES)).astype(np.float32)
    every = {w: alone(w, scores, EXACT) for n in range(4) for w in itertools.product(WORDS, repeat=n)}
    ranked = sorted((w for w in every if every[w] > -1e9), key=lambda w: -every[w])
    found = readings(search().lattice(scores), 3)
    for reading, words in zip(found, ranked[:3], strict=True):
        assert tuple(WORDS[n] for n in reading.words) == words
        assert reading.score == pytest.approx(every[words], abs=1e-3)


def test_scores_are_told_apart() -> None:
    scores = np.random.default_rng(9).normal(0, 3, (8, STATES)).astype(np.float32)
    lattice = search().lattice(scores)
    for reading in readings(lattice, 4):
        words = [WORDS[n] for n in reading.words]
        assert reading.language == pytest.approx(language().logprob(words))
        told = EXACT.scale * reading.acoustic + EXACT.language * reading.language + EXACT.bonus * len(words)
        assert reading.score - told <= 1e-4  # what is left is the price of pauses
        assert (reading.score - told) / EXACT.pause == pytest.approx(round((reading.score - told) / EXACT.pause), abs=1e-3)


def test_shares_add_up_to_one_in_every_frame() -> None:
    scores = np.random.default_rng(3).normal(0, 1, (9, STATES)).astype(np.float32)
    lattice = search().lattice(scores)
    share = shares(lattice)
    for f in range(9):
        over = sum(s for s, a in zip(share, lattice.arcs, strict=True) if lattice.frames[a.start] <= f < lattice.frames[a.end])
        assert over == pytest.approx(1.0)
    best = lattice.arcs[int(np.argmax(share))]
    assert max(share) <= confidence(lattice, share, best) <= 1.0


def test_a_beam_keeps_the_best_and_less_work_is_done() -> None:
    scores = np.random.default_rng(5).normal(0, 4, (30, STATES)).astype(np.float32)
    whole, narrow = (
        search().lattice(scores),
        search(Weights(**(vars(EXACT) | {"beam": 12.0, "ends": 12.0, "most": 60}))).lattice(scores),
    )
    assert readings(narrow, 1)[0].score == pytest.approx(readings(whole, 1)[0].score, abs=1e-3)
    assert len(narrow.arcs) < len(whole.arcs)


def test_wanted_phrases_are_favored_whole() -> None:
    scores = np.random.default_rng(3).normal(0, 1, (9, STATES)).astype(np.float32)
    plain = readings(search().lattice(scores), 1)[0]
    wanted = [WORDS.index("ac"), WORDS.index("ac")]
    assert wanted != list(plain.words)
    ways = {number: WAYS[word] for number, word in enumerate(WORDS)} | {SILENCE: (((0,),),)}
    tree = lexical_tree.built(ways, STAY, np.zeros(len(WORDS)))
    favored = Search(tree, language(), WORDS, EXACT, PhraseTree([(wanted, 20.0)]))
    told = readings(favored.lattice(scores), 1)[0]
    assert list(told.words)[:2] == wanted
    assert told.language == pytest.approx(language().logprob([WORDS[n] for n in told.words]))


def test_no_frames_have_no_reading() -> None:
    assert readings(search().lattice(np.zeros((0, STATES), np.float32)), 1) == []
    assert shares(Lattice((0,), (), {})).shape == (0,)
