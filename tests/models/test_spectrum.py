"""What tells of frames: where each frame lies in its phone, and a net that is written and read back."""

from __future__ import annotations

import numpy as np
import pytest

from aural.models import spectrum


def test_each_frame_knows_its_phone_and_where_in_it_it_lies() -> None:
    frames = np.array([[1, 2, 1], [3, 1, 4], [2, 2, 2]])
    owners, places = spectrum.within(frames)
    assert np.bincount(owners).tolist() == [4, 8, 6] and places.shape == (18, spectrum.PLACES)
    assert (places[:, :3].sum(axis=1) == 1).all() and np.array_equal(
        places[:, :3].argmax(axis=1), np.repeat([0, 1, 2] * 3, frames.ravel())
    )
    for n in range(3):
        own = places[owners == n]
        assert (np.diff(own[:, 4]) > 0).all() and 0 < own[0, 4] < own[-1, 4] < 1
        assert np.allclose(np.expm1(own[:, 6]), np.arange(len(own)), atol=1e-4) and np.allclose(own[:, 5], np.log1p(len(own)))


def test_a_net_is_the_same_when_it_is_read_back() -> None:
    rng = np.random.default_rng(0)
    into = 5 + spectrum.PLACES
    layers = tuple((rng.normal(size=(a, b)), rng.normal(size=b)) for a, b in ((into, 6), (6, 4)))
    net = spectrum.Net(layers, np.zeros(into), np.ones(into), np.ones(4), np.full(4, 2.0), np.full(4, 0.5))
    around, frames = rng.normal(size=(3, 5)).astype(np.float32), np.array([[1, 2, 1], [3, 1, 4], [2, 2, 2]])
    again = spectrum.of_arrays(net.arrays())
    assert again.fits(4, 5) and not again.fits(3, 5) and not again.fits(4, 6)
    (mean, variance), (told, _) = again.told(around, frames), net.told(around, frames)
    assert mean.shape == variance.shape == (18, 4) and np.abs(mean - told).max() < 0.05 and (variance == 0.5).all()


def test_a_net_without_layers_is_refused() -> None:
    with pytest.raises(ValueError, match="no layers"):
        spectrum.of_arrays({"net.middle": np.zeros(4)})
