"""Trees that tie states: questions out of the data, splits that gain, and an answer for every context."""

from __future__ import annotations

import numpy as np

from aural.patterns.phonetic_tree import STATES, Statistics, likelihood, questions, tied, untied


def statistics(rng: np.random.Generator) -> dict[tuple[int, int], Statistics]:
    """Phone 1 sounds one way behind the phones 2 and 3 and another way behind 4 and 5; its right side says nothing."""
    contexts = np.array([(left, right) for left in range(2, 6) for right in range(2, 6)])
    centers = np.where(contexts[:, 0] < 4, -3.0, 3.0)
    frames = [rng.normal(c, 1, (40, 2)) for c in centers]
    sums, squares = np.stack([f.sum(0) for f in frames]), np.stack([(f**2).sum(0) for f in frames])
    return {(1, 0): Statistics(contexts, np.full(len(contexts), 40.0), sums, squares)}


def asked() -> np.ndarray:
    """Phones 2 and 3 are alike, so are 4 and 5."""
    means = np.array([0.0, 9.0, -5.0, -5.2, 5.0, 5.1])
    return questions(np.full(6, 100.0), 100 * means[:, None], 100 * (means**2 + 1)[:, None])


def test_questions_are_groups_of_what_sounds_alike() -> None:
    groups = {frozenset(np.flatnonzero(row).tolist()) for row in asked()}
    assert {frozenset([2, 3]), frozenset([4, 5])} <= groups
    assert {frozenset([p]) for p in range(6)} <= groups


def test_the_first_split_is_the_one_that_gains_most() -> None:
    tree = tied(statistics(np.random.default_rng(0)), asked(), 6, 6 * STATES + 1)
    assert tree.states == 6 * STATES + 1
    first = {left: tree.of((left, 1, 2))[0] for left in range(2, 6)}
    assert first[2] == first[3] != first[4] == first[5]
    assert len({tree.of((2, 1, right))[0] for right in range(6)}) == 1
    assert tree.of((2, 3, 4)) == tree.of((5, 3, 0))


def test_splits_raise_the_likelihood_and_end_where_frames_are_few() -> None:
    found = statistics(np.random.default_rng(1))[1, 0]
    floor = np.full(2, 1e-3)
    whole = likelihood(found.counts.sum(), found.sums.sum(0), found.squares.sum(0), floor)
    own = found.contexts[:, 0] < 4
    parts = [likelihood(found.counts[k].sum(), found.sums[k].sum(0), found.squares[k].sum(0), floor) for k in (own, ~own)]
    assert sum(parts) > whole
    assert tied({(1, 0): found}, asked(), 6, 1000, least=400.0).states == 6 * STATES


def test_untied_states_count_up() -> None:
    tree = untied(4)
    assert tree.states == 12 and tree.of((0, 2, 3)) == tree.of((1, 2, 0)) == (6, 7, 8)
