"""Griffin-Lim: every round comes no farther from the amplitudes, speech-like sound comes back, and lengths are whole frames."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest

from aural.errors import UsageError
from aural.sound.griffin_lim import from_mel, griffin_lim, inconsistency
from aural.sound.spectrum import Framing, stft
from aural.sound.voice_mel import voice_mel

FRAMING = Framing(256, 64, center=False)


def buzz(length: int = 6000, rate: int = 22050) -> np.ndarray:
    """A tone that glides, with overtones: what a voice is, roughly."""
    t = np.arange(length) / rate
    phase = 2 * np.pi * (200 * t + 100 * t * t)
    return 0.1 * sum(np.sin(k * phase) / k for k in range(1, 12))


def test_each_round_lowers_the_inconsistency() -> None:
    amplitudes = np.abs(stft(buzz(), framing=FRAMING))
    found = [
        inconsistency(griffin_lim(amplitudes, framing=FRAMING, iterations=n, momentum=0), amplitudes, framing=FRAMING)
        for n in range(12)
    ]
    assert all(after <= before + 1e-12 for before, after in itertools.pairwise(found)), found
    assert found[-1] < 0.5 * found[0]


def test_momentum_comes_nearer_in_as_many_rounds() -> None:
    amplitudes = np.abs(stft(buzz(), framing=FRAMING))
    plain, fast = (
        inconsistency(griffin_lim(amplitudes, framing=FRAMING, iterations=30, momentum=m), amplitudes, framing=FRAMING)
        for m in (0.0, 0.99)
    )
    assert fast < plain


def test_true_phases_are_left_alone() -> None:
    """Where the phases agree already, as in silence, nothing is changed; drawn ones come from the generator alone."""
    assert not griffin_lim(np.zeros((129, 8)), framing=FRAMING, iterations=3).any()
    amplitudes = np.abs(stft(buzz(2000), framing=FRAMING))
    a, b, c = (griffin_lim(amplitudes, framing=FRAMING, iterations=1, rng=np.random.default_rng(s)) for s in (1, 1, 2))
    assert np.array_equal(a, b) and not np.array_equal(a, c)


def test_from_mel_sounds_like_the_original() -> None:
    samples = buzz(22016)
    mel = voice_mel(samples)
    made = from_mel(mel)
    assert made.shape == (mel.shape[1] * 256,) and made.dtype == np.float32
    loud = mel > mel.max() - 3  # the valleys between overtones are filled by what is not in phase
    assert np.abs(voice_mel(made) - mel)[loud].mean() < 0.25
    assert 0.5 < np.square(made).mean() / np.square(samples).mean() < 2


def test_settings_out_of_range_are_refused() -> None:
    amplitudes = np.ones((129, 4))
    for wrong in ({"iterations": -1}, {"momentum": 1.0}):
        with pytest.raises(UsageError):
            griffin_lim(amplitudes, framing=FRAMING, **wrong)
    with pytest.raises(UsageError):
        griffin_lim(amplitudes, framing=replace(FRAMING, n_fft=512))
