"""The smoothest likely course is what the full normal equations give, and means with narrow spreads are followed."""

from __future__ import annotations

import numpy as np

from aural.patterns.trajectories import smoothest, with_slopes


def test_it_solves_the_normal_equations() -> None:
    rng, count = np.random.default_rng(0), 40
    mean, variance = rng.standard_normal((count, 6)), np.exp(rng.standard_normal((count, 6)))
    course = smoothest(mean, variance)
    windows = np.zeros((3 * count, count))
    windows[:count] = np.eye(count)
    for f in range(1, count - 1):
        windows[count + f, f - 1], windows[count + f, f + 1] = -0.5, 0.5
        windows[2 * count + f, f - 1 : f + 2] = 1, -2, 1
    for d in range(2):
        weight = 1 / np.concatenate([variance[:, d], variance[:, 2 + d], variance[:, 4 + d]])
        told = np.concatenate([mean[:, d], mean[:, 2 + d], mean[:, 4 + d]])
        true = np.linalg.solve(windows.T @ (weight[:, None] * windows), windows.T @ (weight * told))
        assert np.allclose(course[:, d], true, atol=1e-9)


def test_a_course_with_its_own_slopes_comes_back() -> None:
    own = np.cumsum(np.random.default_rng(1).standard_normal((50, 3)), axis=0)
    assert np.allclose(smoothest(with_slopes(own), np.full((50, 9), 0.1)), own, atol=1e-9)


def test_steps_become_slopes_and_short_ones_stay() -> None:
    steps = np.repeat([0.0, 1.0], 20)[:, None]
    mean = np.concatenate([steps, np.zeros((40, 2))], axis=1)
    course = smoothest(mean, np.tile([1.0, 0.01, 0.01], (40, 1)))[:, 0]
    assert np.all(np.diff(course) > -1e-9) and np.diff(course).max() < 0.2
    assert np.array_equal(smoothest(mean[:2], np.ones((2, 3)))[:, 0], mean[:2, 0])
