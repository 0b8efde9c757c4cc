"""LDA: classes become unit balls, and no other matrix of its width parts them further."""

from __future__ import annotations

import numpy as np

from aural.patterns.discriminant import discriminant


def data() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    classes = rng.integers(0, 5, 3000)
    centers = np.zeros((5, 6))
    centers[:, 2], centers[:, 4] = rng.normal(0, 4, 5), rng.normal(0, 1.5, 5)
    mixing = rng.normal(0, 1, (6, 6))
    return (centers[classes] + rng.normal(0, 1, (3000, 6))) @ mixing, classes


def parted(y: np.ndarray, classes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Covariances within and between classes."""
    means = np.stack([y[classes == c].mean(0) for c in range(5)])
    return np.cov((y - means[classes]).T, bias=True), np.cov((means[classes]).T, bias=True)


def test_within_classes_the_output_is_white_and_the_best_direction_comes_first() -> None:
    x, classes = data()
    within, between = parted(x @ discriminant(x, classes, 3).T, classes)
    assert np.allclose(within, np.eye(3), atol=1e-6)
    spread = np.diag(between)
    assert np.all(np.diff(spread) <= 1e-9) and spread[2] < 0.05 < spread[1]


def test_no_other_matrix_parts_the_classes_further() -> None:
    x, classes = data()
    within, between = parted(x @ discriminant(x, classes, 2).T, classes)
    best = np.trace(np.linalg.solve(within, between))
    rng = np.random.default_rng(1)
    for _ in range(20):
        within, between = parted(x @ rng.normal(0, 1, (6, 2)), classes)
        assert np.trace(np.linalg.solve(within, between)) < best + 1e-9
