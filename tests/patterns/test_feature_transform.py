"""fMLLR: a voice that an affine map took away from the models is brought back, and no turn lowers the likelihood."""

from __future__ import annotations

import numpy as np
import pytest

from aural.patterns.feature_transform import Evidence, best, evidence, gain, moved
from aural.patterns.gaussian_mixtures import grown, improved, single


def voice(seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    states = rng.integers(0, 8, 3000)
    centers = np.random.default_rng(100).normal(0, 3, (8, 4))
    return (centers[states] + rng.normal(0, 1, (3000, 4))).astype(np.float32), states


def test_a_moved_voice_is_brought_back() -> None:
    x, states = voice()
    mixtures = single(x, states, 8)
    rng = np.random.default_rng(1)
    map_ = np.concatenate([np.eye(4) + 0.2 * rng.normal(0, 1, (4, 4)), rng.normal(0, 1, (4, 1))], axis=1)
    other, said = voice(2)
    away = (other - map_[:, -1]) @ np.linalg.inv(map_[:, :-1]).T
    found = best(evidence(mixtures, away.astype(np.float32), said))
    assert np.abs(found - map_).max() < 0.1
    assert np.abs(moved(away, found) - other).mean() < 0.1


def test_every_turn_raises_the_likelihood() -> None:
    x, states = voice(3)
    mixtures = single(x, states, 8)
    mixtures, _ = improved(grown(mixtures, np.bincount(states).astype(float), 20), x, states)
    told = evidence(mixtures, 1.5 * x + 1, states)
    gains = [gain(np.eye(4, 5), told), *(gain(best(told, turns), told) for turns in (1, 2, 4, 15))]
    assert np.all(np.diff(gains) >= -1e-6) and gains[1] > gains[0]


def test_what_all_voices_say_holds_a_short_one_in_place() -> None:
    x, states = voice(4)
    mixtures = single(x, states, 8)
    usual = evidence(mixtures, x, states).scaled(1.0)
    few = evidence(mixtures, x[:6] + 5, states[:6])
    off = [np.abs(best(told) - np.eye(4, 5)).max() for told in (few + usual.scaled(5000.0), few + usual.scaled(50.0))]
    assert off[0] < 0.05 < off[1]
    assert isinstance(usual, Evidence) and usual.frames == pytest.approx(1.0)
