"""MLLT: rows that never lower the likelihood, and Gaussians that are diagonal afterwards."""

from __future__ import annotations

import numpy as np

from aural.patterns.semi_tied import gain, semi_tied


def test_every_turn_raises_the_likelihood() -> None:
    rng = np.random.default_rng(0)
    away = rng.normal(0, 1, (2000, 5)) @ rng.normal(0, 1, (5, 5))
    variances = np.repeat(rng.uniform(0.5, 2, (4, 5)), 500, axis=0)
    gains = [
        gain(np.eye(5), away, variances),
        *(gain(semi_tied(away, variances, turns), away, variances) for turns in (1, 2, 5, 20)),
    ]
    assert np.all(np.diff(gains) >= -1e-9) and gains[1] > gains[0] + 0.1


def test_correlated_frames_become_uncorrelated() -> None:
    rng = np.random.default_rng(1)
    away = rng.normal(0, 1, (5000, 4)) @ rng.normal(0, 1, (4, 4))
    moved = away @ semi_tied(away, np.ones_like(away)).T
    assert np.allclose(moved.T @ moved / len(moved), np.eye(4), atol=1e-3)
