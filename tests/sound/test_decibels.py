"""Decibels both ways."""

from __future__ import annotations

import numpy as np
import pytest
from spectra_golden import golden

from aural.errors import UsageError
from aural.sound.decibels import amplitude_to_db, db_to_amplitude, db_to_power, power_to_db, snr_db
from aural.sound.spectrum import Framing, spectrogram


def test_the_numbers() -> None:
    assert float(power_to_db(100.0)) == pytest.approx(20)
    assert float(amplitude_to_db(10.0)) == pytest.approx(20)
    assert float(amplitude_to_db(-10.0)) == pytest.approx(20)
    assert float(db_to_power(20.0)) == pytest.approx(100)
    assert float(db_to_amplitude(20.0)) == pytest.approx(10)
    assert snr_db(100, 1) == pytest.approx(20)
    assert snr_db(1, 1) == pytest.approx(0)
    assert snr_db(10, 1, amplitude=True) == pytest.approx(20)


def test_noise_mixed_at_a_ratio_is_measured_back() -> None:
    rng = np.random.default_rng(0)
    signal, noise = rng.standard_normal(16000), rng.standard_normal(16000)
    for ratio in (20, 0, -5.5):
        gain = np.sqrt(np.mean(signal**2) / np.mean(noise**2) / db_to_power(ratio))
        assert snr_db(signal, gain * noise, amplitude=True) == pytest.approx(ratio, abs=0.01)


def test_there_and_back() -> None:
    levels = np.linspace(-90, 40, 50)
    np.testing.assert_allclose(power_to_db(db_to_power(levels)), levels, atol=1e-9)
    np.testing.assert_allclose(amplitude_to_db(db_to_amplitude(levels, reference=3.0), reference=3.0), levels, atol=1e-9)


def test_equals_librosa() -> None:
    y, known = golden("librosa")
    amplitude = spectrogram(y, framing=Framing(2048, 512, pad="constant"), exponent=1.0)[::8, :4]
    np.testing.assert_allclose(amplitude_to_db(amplitude, reference="max", top_db=80), known["to_db"], atol=1e-3)


def test_top_db_is_for_each_item() -> None:
    power = np.ones((2, 3, 4))
    power[1] *= 1e6
    power[:, 0, 0] = 1e-9
    cut = power_to_db(power, top_db=60)
    assert cut[0].min() == pytest.approx(-60)
    assert cut[1].min() == pytest.approx(0)
    assert power_to_db(np.zeros((0, 4)), top_db=10).shape == (0, 4)
    assert power_to_db(np.float32(1.0)).dtype == np.float32


def test_limits() -> None:
    assert snr_db(1, 0) == np.inf
    assert snr_db(0, 1) == -np.inf
    for wrong in (lambda: power_to_db(1.0, floor=0), lambda: power_to_db(1.0, reference="mean"), lambda: snr_db(-1, 1)):
        with pytest.raises(UsageError):
            wrong()
