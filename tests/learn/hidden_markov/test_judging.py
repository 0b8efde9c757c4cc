"""Weights that are read off lattices: as a search anew would have it, and never worse than what stood before."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from aural.beams.lattice import Arc, Lattice, readings
from aural.beams.lexical_tree import SILENCE
from aural.beams.token_passing import Weights
from aural.learn.hidden_markov import judging

NOW = Weights(scale=0.5, language=1.0, bonus=-1.0)


def _lattice(seed: int, weights: Weights) -> Lattice:
    """Twelve nodes, words and pauses drawn between them."""
    rng = np.random.default_rng(seed)
    arcs = []
    for end in range(1, 12):
        for start in sorted(rng.choice(end, min(end, 3), replace=False).tolist()):
            word = int(rng.integers(-1, 4))
            word = SILENCE if word < 0 else word
            acoustic, language = float(rng.normal(-9, 4)), 0.0 if word == SILENCE else float(rng.normal(-2, 1))
            added = weights.pause if word == SILENCE else weights.language * language + weights.bonus
            arcs.append(Arc(start, end, word, acoustic, language, weights.scale * acoustic + added))
    ends = {node: (float(p), float(weights.language * p)) for node, p in ((10, -0.7), (11, -1.5))}
    return Lattice(tuple(range(12)), tuple(arcs), ends)


def test_weights_matter() -> None:
    tried = [NOW, dataclasses.replace(NOW, bonus=9.0)]
    assert any(len(set(judging.best_paths(_lattice(seed, NOW), NOW, tried))) == 2 for seed in range(8))


@pytest.mark.parametrize("seed", range(8))
def test_best_paths_under_other_weights_are_those_of_a_lattice_made_with_them(seed: int) -> None:
    tried = [dataclasses.replace(NOW, language=f, bonus=b) for f in (0.4, 1.0, 2.5) for b in (-4.0, -1.0, 3.0)]
    told = judging.best_paths(_lattice(seed, NOW), NOW, tried)
    assert told == [readings(_lattice(seed, weights), 1)[0].words for weights in tried]


def test_a_lattice_without_an_end_has_no_words() -> None:
    assert judging.best_paths(Lattice((0,), (), {}), NOW, [NOW, NOW]) == [(), ()]
