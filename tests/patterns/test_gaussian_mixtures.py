"""Mixtures for many states: densities as scipy's formula gives them, a likelihood that never falls, growth."""

from __future__ import annotations

import numpy as np
import pytest

from aural.patterns.gaussian_mixtures import Mixtures, grown, improved, single


def data(seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    states = rng.integers(0, 4, 600)
    centers = rng.normal(0, 3, (4, 2, 5))
    return (centers[states, rng.integers(0, 2, 600)] + rng.normal(0, 1, (600, 5))).astype(np.float32), states


def test_densities_are_sums_of_gaussians() -> None:
    x, states = data()
    mixtures = grown(single(x, states, 4), np.bincount(states).astype(float), 11)
    expected = np.empty((len(x), 4))
    for state in range(4):
        own = slice(int(mixtures.first[state]), int(mixtures.first[state + 1]))
        away = x[:, None].astype(float) - mixtures.means[own]
        logs = -0.5 * (away**2 / mixtures.variances[own] + np.log(2 * np.pi * mixtures.variances[own])).sum(2)
        expected[:, state] = np.log((mixtures.shares[own] * np.exp(logs)).sum(1))
    assert np.allclose(mixtures.scores(x), expected, atol=2e-3)
    assert np.allclose(mixtures.scores(x, np.array([3, 1])), expected[:, [3, 1]], atol=2e-3)


def test_a_round_never_lowers_the_likelihood() -> None:
    x, states = data(1)
    mixtures = grown(single(x, states, 4), np.bincount(states).astype(float), 12)
    means = []
    for _ in range(15):
        mixtures, mean = improved(mixtures, x, states)
        means.append(mean)
    assert np.all(np.diff(means) > -1e-4) and means[-1] > means[0] + 0.1


def test_growth_gives_more_to_states_with_more_frames_and_keeps_the_shares() -> None:
    x, states = data(2)
    mixtures = grown(single(x, states, 4), np.array([10_000.0, 100.0, 100.0, 3.0]), 20)
    sizes = np.diff(mixtures.first)
    assert sizes[0] > sizes[1] == sizes[2] >= sizes[3] == 1 and sizes.sum() <= 20
    for low, high in zip(mixtures.first[:-1], mixtures.first[1:], strict=True):
        assert mixtures.shares[low:high].sum() == pytest.approx(1.0)


def test_a_state_without_frames_takes_those_of_all() -> None:
    x, states = data(3)
    mixtures = single(x, states, 6)
    assert np.allclose(mixtures.means[5], x.mean(0), atol=1e-5)
    assert isinstance(mixtures, Mixtures) and mixtures.states == 6
