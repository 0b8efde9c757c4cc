"""k-means: finds groups, never gets worse, leaves no cluster empty."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aural.errors import UsageError
from aural.patterns.kmeans import kmeans, refine


def test_finds_the_groups() -> None:
    rng = np.random.default_rng(0)
    centers = np.array([[0.0, 0], [10, 0], [0, 10]])
    points = np.repeat(centers, 30, axis=0) + rng.standard_normal((90, 2))
    found = kmeans(points, 3, rng)
    assert all(len(set(found.labels[i * 30 : i * 30 + 30].tolist())) == 1 for i in range(3))
    assert len(set(found.labels.tolist())) == 3
    near = np.sort(found.centers.round(0), axis=0)
    assert np.abs(near - np.sort(centers, axis=0)).max() <= 1


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 12), st.integers(0, 1000))
def test_no_cluster_is_empty_and_labels_are_nearest(k: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    points = rng.standard_normal((12, 3))
    found = kmeans(points, k, rng)
    assert sorted(set(found.labels.tolist())) == list(range(k))
    away = ((points[:, None] - found.centers[None]) ** 2).sum(axis=2)
    assert np.isclose(found.inertia, away[np.arange(12), found.labels].sum())
    assert np.allclose(away.min(axis=1), away[np.arange(12), found.labels])


def test_the_same_seed_gives_the_same() -> None:
    points = np.random.default_rng(1).standard_normal((50, 4))
    one, two = (kmeans(points, 5, np.random.default_rng(3)) for _ in range(2))
    assert (one.labels == two.labels).all()


def test_refining_never_gets_worse() -> None:
    points = np.random.default_rng(2).standard_normal((80, 2))
    sums = [refine(points, points[:6], steps=n).inertia for n in (1, 2, 4, 8, 50)]
    assert sums == sorted(sums, reverse=True)


def test_identical_points() -> None:
    assert kmeans(np.ones((5, 2)), 3, np.random.default_rng(0)).inertia == 0


@pytest.mark.parametrize("k", [0, 4])
def test_refuses(k: int) -> None:
    with pytest.raises(UsageError):
        kmeans(np.zeros((3, 2)), k, np.random.default_rng(0))
