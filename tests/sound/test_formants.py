"""Formants are found where they were put: in vowels made of a pitch and resonances, and in noise through known poles."""

from __future__ import annotations

import numpy as np
import pytest

from aural.errors import UsageError
from aural.sound import tones
from aural.sound.formants import RATE, formants, predictor


@pytest.mark.parametrize("vowel", sorted(tones.VOWELS))
def test_formants_of_vowels_are_found(vowel: str) -> None:
    told = formants(tones.vowel(vowel, fundamental=100, seconds=0.5, sample_rate=RATE))
    middle = np.nanmedian(told.frequency[10:40, :3], axis=0)
    for true in tones.VOWELS[vowel]:  # a harmonic apart at most: between them nothing sounds that could tell
        assert np.abs(middle - true).min() < 60, (vowel, middle)


def test_a_vowel_has_its_pitch_and_peaks_at_its_formants() -> None:
    sound = tones.vowel((700, 1100, 2500), fundamental=100, seconds=1, sample_rate=16000)
    level = np.abs(np.fft.rfft(sound))[::100]  # the harmonics: everything else is silent
    assert np.abs(np.fft.rfft(sound)).sum() == pytest.approx(level.sum(), rel=1e-2)
    assert {7, 11, 25} <= {k for k in range(1, 60) if level[k] > level[k - 1] and level[k] > level[k + 1]}
    assert float(np.abs(sound).max()) == pytest.approx(0.5)


def test_the_predictor_finds_the_poles_that_made_a_noise() -> None:
    rng, wave = np.random.default_rng(0), np.zeros(20000)
    pole = 0.95 * np.exp(2j * np.pi * 0.12)
    true = np.real(np.poly([pole, pole.conj()]))
    noise = rng.standard_normal(len(wave))
    for k in range(len(wave)):
        wave[k] = noise[k] - true[1] * wave[k - 1] - true[2] * wave[k - 2]
    np.testing.assert_allclose(predictor(wave[None] * np.hamming(len(wave)), 2)[0], true, atol=0.03)


def test_silence_has_none_and_lengths_are_kept() -> None:
    told = formants(np.zeros(RATE, np.float32))
    assert told.frequency.shape == (101, 4) and np.isnan(told.frequency).all()
    assert formants(np.zeros(1, np.float32)).frequency.shape == (1, 4)


def test_what_cannot_be_made_is_refused() -> None:
    with pytest.raises(UsageError, match="no vowel"):
        tones.vowel("x", seconds=1)
    with pytest.raises(UsageError, match="cannot be made"):
        tones.vowel((500, 9000), seconds=1, sample_rate=16000)
    with pytest.raises(UsageError):
        formants(np.zeros((2, 100)))
