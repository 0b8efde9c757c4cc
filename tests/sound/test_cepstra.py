"""Cepstra: frames that are times, no mean of the voice, silence that is alike for all."""

from __future__ import annotations

import numpy as np
import pytest

from aural.sound.cepstra import Cepstra, bands, cepstra, loud, spliced, usual, with_deltas

RATE = 8000
OPTIONS = Cepstra(sample_rate=RATE)


def spoken(seconds: float = 1.0, seed: int = 0) -> np.ndarray:
    """Noise that swells and fades like syllables."""
    rng = np.random.default_rng(seed)
    n = round(seconds * RATE)
    return (0.1 * rng.standard_normal(n) * np.abs(np.sin(2 * np.pi * 2 * np.arange(n) / RATE)) ** 3).astype(np.float32)


@pytest.mark.parametrize("length", [0, 1, 79, 80, 81, 799, 8000])
def test_a_frame_stands_for_ten_milliseconds(length: int) -> None:
    assert bands(np.ones(length, np.float32), OPTIONS).shape == (length // 80, OPTIONS.n_mels)


def test_a_click_lies_in_its_frame() -> None:
    samples = np.zeros(RATE, np.float32)
    samples[4040] = 1.0  # the middle of frame 50
    assert int(bands(samples, OPTIONS).mean(1).argmax()) == 50


def test_another_microphone_changes_next_to_nothing() -> None:
    one = bands(spoken(), OPTIONS)
    other = one + np.linspace(-1.5, 2.0, OPTIONS.n_mels, dtype=np.float32) + 3
    told = [cepstra(b, usual([b]), OPTIONS) for b in (one, other)]
    assert np.allclose(told[0], told[1], atol=1e-3)


@pytest.mark.parametrize("loudness", [1.0, 0.1, 0.01])
def test_digital_silence_and_a_quiet_room_are_alike(loudness: float) -> None:
    room = loudness * spoken()
    room[6000:] = 1e-5 * np.random.default_rng(1).standard_normal(2000)
    still = loudness * spoken()
    still[6000:] = 0
    told = [cepstra(b, usual([b]), OPTIONS)[78:].mean(axis=0) for b in (bands(room, OPTIONS), bands(still, OPTIONS))]
    assert np.abs(told[0] - told[1]).max() < 4.0


def test_loud_frames_are_those_of_the_voice() -> None:
    found = bands(np.concatenate([np.zeros(RATE, np.float32), spoken()]), OPTIONS)
    assert not loud(found)[:95].any() and loud(found)[100:].mean() > 0.3


def test_shapes_around_a_frame() -> None:
    x = np.arange(12, dtype=np.float32).reshape(6, 2)
    assert with_deltas(x).shape == (6, 6)
    assert np.allclose(with_deltas(x)[2, 2:4], 2.0)
    assert spliced(x, 1).shape == (6, 6) and spliced(x, 1)[0].tolist() == [0, 1, 0, 1, 2, 3]
