"""Trees: they find the question that parts things, stop where there is nothing to part, and go to a file and back."""

from __future__ import annotations

import numpy as np
import pytest

from aural.patterns import trees
from aural.patterns.trees import Sums, grow, refilled


def made(count: int = 400, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Rows of five numbers, and values that depend on the second and, where it is 1, on the fourth being over 2."""
    rng = np.random.default_rng(seed)
    rows = np.column_stack([rng.integers(0, 2, (count, 3)), rng.integers(0, 6, (count, 2))]).astype(np.float32)
    values = 3.0 * rows[:, 1] + np.where((rows[:, 1] > 0) & (rows[:, 3] > 2), 2.0, 0.0) + 0.1 * rng.standard_normal(count)
    return rows, values[:, None]


def test_it_asks_what_matters_and_nothing_else() -> None:
    rows, values = made()
    tree = grow(rows, Sums(np.ones(len(rows)), values, values**2), least=10)
    assert tree.question.tolist() == [1, 3] and tree.border[1] == 2.5 and len(tree.count) == 3
    fresh, true = made(seed=1)
    assert np.abs(tree.mean[tree.leaves(fresh)] - true).mean() < 0.15
    assert tree.count.sum() == len(rows) and np.all(tree.variance > 0)


def test_noise_makes_no_tree_and_few_rows_neither() -> None:
    rows, _ = made()
    noise = np.random.default_rng(3).standard_normal((len(rows), 1))
    plain = grow(rows, Sums(np.ones(len(rows)), noise, noise**2), least=10)
    assert len(plain.count) == 1 and np.all(plain.leaves(rows) == 0) and abs(plain.mean[0, 0] - noise.mean()) < 1e-5
    rows, values = made(12)
    assert len(grow(rows, Sums(np.ones(12), values, values**2), least=10).count) == 1


def test_no_more_leaves_than_asked_for() -> None:
    rows, values = made()
    assert len(grow(rows, Sums(np.ones(len(rows)), values, values**2), least=5, most=2).count) == 2


def test_refilled_leaves_hold_other_numbers_of_the_same_rows() -> None:
    rows, values = made()
    tree = grow(rows, Sums(np.ones(len(rows)), values, values**2), least=10)
    other = np.column_stack([values, -values])
    both = refilled(tree, rows, Sums(np.ones(len(rows)), other, other**2))
    assert np.allclose(both.mean[:, 0], tree.mean[:, 0], atol=1e-4) and np.allclose(both.mean[:, 1], -tree.mean[:, 0], atol=1e-4)


def test_arrays_bring_the_tree_back_and_damaged_ones_are_refused() -> None:
    rows, values = made()
    tree = grow(rows, Sums(np.ones(len(rows)), values, values**2), least=10)
    plain = trees.arrays(tree, "t")
    again = trees.of_arrays(plain, "t")
    assert np.array_equal(again.leaves(rows), tree.leaves(rows)) and np.allclose(again.mean, tree.mean, atol=0.01)
    for name, bad in (("t.no", np.array([0, 0], np.int32)), ("t.yes", np.array([9, 9], np.int32)), ("t.mean", plain["t.mean"][:1])):
        with pytest.raises(ValueError, match="the tree t"):
            trees.of_arrays(plain | {name: bad}, "t")
