"""Greedy and beam search over a toy model whose best readings can be counted out."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import numpy as np
import pytest

from aural.beams.bias import PhraseTree
from aural.beams.search import beam, greedy, log_softmax

END = 0


def toy(seed: int, size: int = 4) -> tuple[np.ndarray, Callable[[np.ndarray, np.ndarray], np.ndarray], np.ndarray]:
    """A model whose next token depends on the last one only."""
    table = log_softmax(np.random.default_rng(seed).normal(size=(size + 1, size)) * 1.5)
    return table[size], lambda rows, tokens: table[tokens], table


@pytest.mark.parametrize("seed", range(6))
def test_a_wide_beam_finds_the_best_reading(seed: int) -> None:
    first, step, table = toy(seed)
    readings = beam(first, step, width=40, end=END, limit=4, penalty=1.0)
    best = -np.inf
    for length in range(4):
        for tokens in product(range(1, 4), repeat=length):
            score = first[(*tokens, END)[0]] + sum(table[a, b] for a, b in zip(tokens, (*tokens[1:], END), strict=False))
            best = max(best, score / (length + 1))
    assert readings[0].score == pytest.approx(best)


@pytest.mark.parametrize("seed", range(6))
def test_width_one_is_greedy(seed: int) -> None:
    first, step, _ = toy(seed)
    alone = greedy(first, step, end=END, limit=8)
    if alone.finished:
        assert beam(first, step, width=1, end=END, limit=9)[0].logprobs[0] == pytest.approx(alone.logprobs[0])


def test_a_loop_is_stopped_and_cut_off() -> None:
    steps = {9: 1, 1: 2, 2: 3, 3: 2}  # 1 2 3 2 3 2 3 ...

    def step(rows: np.ndarray, tokens: np.ndarray) -> np.ndarray:
        return log_softmax(10.0 * np.eye(5)[[steps[int(t)] for t in tokens]])

    reading = greedy(log_softmax(10.0 * np.eye(5)[1]), step, end=END, limit=500)
    assert reading.looped and not reading.finished
    assert reading.tokens == (1,)


def test_wanted_phrases_win_close_races_and_give_back_what_they_do_not_finish() -> None:
    tree = PhraseTree([((2, 3), 1.0)])
    first = np.log(np.array([0.01, 0.5, 0.4, 0.09]))

    def step(rows: np.ndarray, tokens: np.ndarray) -> np.ndarray:
        after = {2: [0.05, 0.05, 0.1, 0.8], 3: [0.97, 0.01, 0.01, 0.01], 1: [0.97, 0.01, 0.01, 0.01]}
        return np.log(np.array([after[int(t)] for t in tokens]))

    assert greedy(first, step, end=END, limit=5).tokens == (1,)
    assert greedy(first, step, end=END, limit=5, tree=tree).tokens == (2, 3)
    place = tree.walk(tree.start(), 2)
    assert tree.offers(place)[3] == pytest.approx(1.0)
    assert tree.toll(place) == pytest.approx(-1.0)
    assert tree.toll(tree.walk(place, 3)) == 0.0
