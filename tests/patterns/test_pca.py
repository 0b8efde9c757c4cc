"""Principal components: directions, variance, round trip."""

from __future__ import annotations

import numpy as np
import pytest

from aural.errors import UsageError
from aural.patterns.pca import fit


def test_finds_the_long_axis() -> None:
    rng = np.random.default_rng(0)
    along = np.array([3.0, 4.0]) / 5
    points = np.outer(rng.standard_normal(500) * 5, along) + 0.1 * rng.standard_normal((500, 2)) + 7
    found = fit(points, 2)
    assert abs(found.directions[0] @ along) > 0.999
    assert found.variance[0] == pytest.approx(25, rel=0.2)
    assert found.variance[0] > found.variance[1]


def test_directions_are_orthonormal_and_variance_is_that_of_the_coordinates() -> None:
    points = np.random.default_rng(1).standard_normal((40, 6)) * np.arange(1, 7)
    found = fit(points, 6)
    assert np.allclose(found.directions @ found.directions.T, np.eye(6))
    assert np.allclose(found.project(points).var(axis=0, ddof=1), found.variance)
    assert np.allclose(found.restore(found.project(points)), points)


def test_mirrored_points_do_not_flip_the_picture() -> None:
    points = np.random.default_rng(2).standard_normal((30, 4))
    assert np.allclose(fit(points, 2).directions, fit(points[::-1], 2).directions)


def test_one_point_and_a_line() -> None:
    assert (fit(np.ones((1, 3)), 2).project(np.ones((1, 3))) == 0).all()
    flat = fit(np.outer(np.arange(5.0), [1, 1, 0]), 3)
    assert (flat.variance[1:] == 0).all()


@pytest.mark.parametrize(("shape", "k"), [((0, 3), 1), ((5, 3), 4), ((5, 3), 0)])
def test_refuses(shape: tuple[int, int], k: int) -> None:
    with pytest.raises(UsageError):
        fit(np.zeros(shape), k)
