"""Kaldi's filter banks against kaldi-native-fbank."""

from __future__ import annotations

import numpy as np
import pytest
from spectra_golden import golden

from aural.errors import UsageError
from aural.sound.fbank import kaldi_fbank


@pytest.mark.parametrize("window", ["hamming", "povey"])
def test_equals_kaldi_native_fbank(window: str) -> None:
    y, known = golden("kaldi")
    found = kaldi_fbank(y, window=window)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, known[window], atol=1e-3)


def test_shapes_and_lengths() -> None:
    assert kaldi_fbank(np.zeros(399)).shape == (0, 80)
    assert kaldi_fbank(np.zeros(400)).shape == (1, 80)
    assert kaldi_fbank(np.zeros((2, 3, 719), np.float32), 24).shape == (2, 3, 2, 24)


def test_silence_is_the_floor_and_a_constant_counts_as_silence() -> None:
    one = np.full(400, 0.25, np.float32)
    kaldi_fbank(one)
    assert np.all(one == 0.25)
    floor = np.log(np.float32(1.1920929e-07))
    assert np.all(kaldi_fbank(np.zeros(1600)) == floor)
    assert np.all(kaldi_fbank(np.full(1600, 0.25)) == floor)


def test_ten_times_louder_adds_ln_100() -> None:
    x = 0.05 * np.random.default_rng(0).standard_normal(8000).astype(np.float32)
    np.testing.assert_allclose(kaldi_fbank(10 * x) - kaldi_fbank(x), np.log(100), atol=1e-3)


def test_bands_outside_of_the_rate_are_refused() -> None:
    with pytest.raises(UsageError):
        kaldi_fbank(np.zeros(1600), high=9000.0)
