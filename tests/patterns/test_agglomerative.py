"""The tree of merges: against a slow definition, and what a cut promises."""

from __future__ import annotations

import numpy as np
import pytest

from aural.errors import UsageError
from aural.patterns.agglomerative import tree


def _points(seed: int, count: int, groups: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    belongs = np.arange(count) % groups
    centers = rng.standard_normal((groups, 16))
    points = centers[belongs] + 0.2 * rng.standard_normal((count, 16))
    return points / np.linalg.norm(points, axis=1, keepdims=True), belongs


def _slow(likeness: np.ndarray, clusters: int) -> set[frozenset[int]]:
    """Average linkage by its definition: the mean over all pairs of two clusters, looked up each time."""
    sets = [frozenset([i]) for i in range(len(likeness))]
    while len(sets) > clusters:
        scored = [
            (np.mean([likeness[i, j] for i in a for j in b]), m, n) for m, a in enumerate(sets) for n, b in enumerate(sets) if m < n
        ]
        _, m, n = max(scored, key=lambda s: s[0])
        sets = [s for k, s in enumerate(sets) if k not in (m, n)] + [sets[m] | sets[n]]
    return set(sets)


@pytest.mark.parametrize("seed", range(4))
def test_like_the_definition(seed: int) -> None:
    points, _ = _points(seed, 18, 5)
    likeness = points @ points.T
    made = tree(likeness)
    for clusters in (1, 2, 3, 5, 9, 18):
        labels = made.cut(clusters=clusters)
        assert {frozenset(np.flatnonzero(labels == k).tolist()) for k in set(labels.tolist())} == _slow(likeness, clusters)


def test_finds_the_groups_at_a_threshold() -> None:
    points, belongs = _points(7, 60, 4)
    labels = tree(points @ points.T).cut(threshold=0.5)
    assert labels.max() == 3
    for group in range(4):
        assert len(set(labels[belongs == group].tolist())) == 1


@pytest.mark.parametrize("clusters", [1, 2, 7, 40])
def test_the_asked_number_and_order_of_labels(clusters: int) -> None:
    points, _ = _points(1, 40, 3)
    labels = tree(points @ points.T).cut(clusters=clusters)
    assert sorted(set(labels.tolist())) == list(range(clusters))
    firsts = [int(np.flatnonzero(labels == k)[0]) for k in range(clusters)]
    assert firsts == sorted(firsts)


def test_weights_count_as_repetition() -> None:
    points, _ = _points(3, 12, 3)
    repeated = np.repeat(np.arange(12), [3] + [1] * 11)
    weighted = tree(points @ points.T, np.array([3.0] + [1.0] * 11)).cut(threshold=0.45)
    plain = tree(points[repeated] @ points[repeated].T).cut(threshold=0.45)
    assert (weighted[repeated] == plain).all()


def test_nothing_and_one() -> None:
    assert tree(np.zeros((0, 0))).cut(threshold=0.5).tolist() == []
    assert tree(np.ones((1, 1))).cut(clusters=3).tolist() == [0]


@pytest.mark.parametrize("bad", [np.zeros((2, 3)), np.full((2, 2), np.nan)])
def test_refuses(bad: np.ndarray) -> None:
    with pytest.raises(UsageError):
        tree(bad)


def test_refuses_two_ways_of_cutting() -> None:
    made = tree(np.eye(3))
    with pytest.raises(UsageError):
        made.cut()
    with pytest.raises(UsageError):
        made.cut(threshold=0.2, clusters=2)
    with pytest.raises(UsageError):
        made.cut(clusters=0)
