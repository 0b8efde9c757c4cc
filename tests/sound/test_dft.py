"""The transform as written in books equals the fast one."""

from __future__ import annotations

import numpy as np
import pytest

from aural.sound.dft import dft, dft_cos_sin, energy, inverse_dft, nyquist


@pytest.mark.parametrize("length", [1, 2, 7, 64, 400])
def test_direct_sums_equal_the_fft(length: int) -> None:
    x = np.random.default_rng(length).standard_normal((2, length))
    fast = np.fft.fft(x)
    np.testing.assert_allclose(dft(x), fast, atol=1e-9)
    real, imaginary = dft_cos_sin(x)
    np.testing.assert_allclose(real, fast.real, atol=1e-9)
    np.testing.assert_allclose(imaginary, fast.imag, atol=1e-9)
    np.testing.assert_allclose(inverse_dft(dft(x)), x, atol=1e-9)
    np.testing.assert_allclose(energy(fast).sum() / length, np.square(x).sum(), rtol=1e-9)


def test_nyquist() -> None:
    assert nyquist(16000) == 8000
    assert nyquist(44100) == 22050
