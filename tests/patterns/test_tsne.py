"""The map of neighbors: heaps stay heaps, perplexity is met, the same points give the same map."""

from __future__ import annotations

import numpy as np
import pytest

from aural.errors import UsageError
from aural.patterns.nearest import Neighbors
from aural.patterns.tsne import neighborhoods, plain, tsne


def heaps(rng: np.random.Generator, each: int = 25) -> tuple[np.ndarray, np.ndarray]:
    middles = 6 * rng.standard_normal((4, 10))
    return np.concatenate([m + rng.standard_normal((each, 10)) for m in middles]), np.repeat(np.arange(4), each)


def test_neighbors_stay_neighbors() -> None:
    points, heap = heaps(np.random.default_rng(0))
    placed = tsne(points)
    assert placed.shape == (100, 2) and np.isfinite(placed).all() and np.allclose(placed.mean(axis=0), 0, atol=1e-9)
    nearest = Neighbors(placed).nearest(placed, 5, own=True)[0]
    assert (heap[nearest] == heap[:, None]).mean() > 0.98
    assert np.array_equal(placed, tsne(points))


def test_rows_have_the_perplexity() -> None:
    points, _ = heaps(np.random.default_rng(1))
    near = neighborhoods(points, 12.0)
    assert np.allclose(near.sum(axis=1), 1) and (np.diag(near) == 0).all()
    spread = -(near * np.log(np.maximum(near, 1e-300))).sum(axis=1)
    assert np.allclose(np.exp(spread), 12.0, rtol=1e-3)


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5])
def test_a_few_points_and_equal_ones_have_a_map_too(count: int) -> None:
    rng = np.random.default_rng(2)
    for points in (rng.standard_normal((count, 3)), np.ones((count, 3)), rng.standard_normal((count, 1))):
        assert tsne(points).shape == (count, 2) and np.isfinite(tsne(points)).all()


def test_the_plain_map_is_the_two_longest_axes() -> None:
    points = np.random.default_rng(3).standard_normal((50, 4)) * [1, 9, 1, 4]
    spread = plain(points).std(axis=0)
    assert spread[0] > spread[1] > 2


def test_what_is_no_table_is_refused() -> None:
    for points in (np.zeros((0, 2)), np.array([1.0]), np.full((5, 2), np.nan)):
        with pytest.raises(UsageError):
            tsne(points)
