"""Resampling: exact lengths, the same whatever the cutting, and nothing above half of the new rate."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aural.errors import UsageError
from aural.sound.resample import Resampler, resample

PAIRS = [(44100, 16000), (8000, 16000), (16000, 8000), (48000, 16000), (22050, 16000), (16000, 44100), (11025, 48000)]


def tone(hertz: float, rate: int, seconds: float = 1.0) -> np.ndarray:
    return np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate).astype(np.float32)[None]


def in_blocks(samples: np.ndarray, from_rate: int, to_rate: int, sizes: list[int]) -> np.ndarray:
    mover = Resampler(from_rate, to_rate, samples.shape[0])
    parts, at, turn = [], 0, 0
    while at < samples.shape[1]:
        size = sizes[turn % len(sizes)]
        parts.append(mover.push(samples[:, at : at + size]))
        at, turn = at + size, turn + 1
    return np.concatenate([*parts, mover.finish()], axis=1)


@pytest.mark.parametrize(("from_rate", "to_rate"), PAIRS)
@pytest.mark.parametrize("length", [1, 2, 799, 16000, 50001])
def test_length_is_the_upper_whole_number(from_rate: int, to_rate: int, length: int) -> None:
    out = resample(np.zeros((2, length), np.float32), from_rate, to_rate)
    assert out.shape == (2, math.ceil(length * to_rate / from_rate))
    assert out.dtype == np.float32


@settings(max_examples=25, deadline=None)
@given(pair=st.sampled_from(PAIRS), length=st.integers(1, 30000), sizes=st.lists(st.integers(1, 9000), min_size=1, max_size=5))
def test_blocks_give_the_same_as_the_whole(pair: tuple[int, int], length: int, sizes: list[int]) -> None:
    samples = np.random.default_rng(length).standard_normal((2, length)).astype(np.float32)
    whole = resample(samples, *pair)
    assert np.array_equal(in_blocks(samples, *pair, sizes), whole)


def test_a_tone_above_half_the_rate_vanishes_and_without_the_filter_it_folds() -> None:
    fast = tone(5000, 16000)
    inner = slice(400, -400)
    assert np.abs(resample(fast, 16000, 8000)[0, inner]).max() < 1e-4
    folded = resample(fast, 16000, 8000, antialias=False)
    spectrum = np.abs(np.fft.rfft(folded[0]))
    assert np.argmax(spectrum) == 3000
    assert np.abs(folded[0, inner]).max() > 0.9


@pytest.mark.parametrize(("from_rate", "to_rate"), PAIRS)
def test_a_tone_in_band_keeps_its_level_place_and_pitch(from_rate: int, to_rate: int) -> None:
    inner = slice(to_rate // 10, -to_rate // 10)
    moved = resample(tone(1000, from_rate), from_rate, to_rate)[0, inner]
    assert np.abs(moved - tone(1000, to_rate)[0, inner]).max() < 1e-3


def test_the_delay_is_taken_out() -> None:
    click = np.zeros((1, 44100), np.float32)
    click[0, 22050] = 1
    assert abs(int(np.argmax(resample(click, 44100, 16000))) - 8000) <= 1


def test_equal_rates_change_nothing() -> None:
    samples = np.random.default_rng(0).standard_normal((1, 100)).astype(np.float32)
    assert np.array_equal(resample(samples, 8000, 8000), samples)
    assert np.array_equal(resample(samples[0], 8000, 8000), samples[0])


def test_rates_and_shapes_that_cannot_be_are_refused() -> None:
    with pytest.raises(UsageError):
        Resampler(0, 16000)
    with pytest.raises(ValueError, match="takes"):
        Resampler(8000, 16000, 1).push(np.zeros((2, 10), np.float32))
