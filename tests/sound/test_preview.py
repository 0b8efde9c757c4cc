"""Streamed reductions equal those over the whole sound."""

from __future__ import annotations

import numpy as np
import pytest

from aural.sound import tones
from aural.sound.preview import Peaks, Shrunk, Slices, framing_of, preview
from aural.sound.sound import Sound
from aural.sound.spectrum import Framing, spectrogram

X = np.random.default_rng(0).standard_normal(16000 * 3).astype(np.float32)


@pytest.mark.parametrize("hop", [160, 3000])
@pytest.mark.parametrize("cut", [100, 777, 5000, 48000])
def test_slices_give_the_frames_of_the_whole(hop: int, cut: int) -> None:
    framing = Framing(512, hop, 400, center=False)
    slices = Slices(512, hop)
    parts = [spectrogram(slices.push(X[at : at + cut]), framing=framing) for at in range(0, len(X), cut)]
    joined = np.concatenate([*parts, spectrogram(slices.finish(), framing=framing)], axis=1)
    whole = spectrogram(X, framing=Framing(512, hop, 400))
    assert joined.shape == whole.shape
    inner = slice(0, whole.shape[1] - (2 if hop == 160 else 1))
    np.testing.assert_array_equal(joined[:, inner], whole[:, inner])


@pytest.mark.parametrize("length", [0, 1, 100, 255, 513])
def test_slices_of_short_sounds(length: int) -> None:
    slices = Slices(512, 160)
    found = [slices.push(X[:length]), slices.finish()]
    frames = sum(Framing(512, 160, center=False).count(len(f)) for f in found)
    assert frames == (1 + length // 160 if length else 0)


def test_shrunk_means() -> None:
    frames = np.arange(24.0).reshape(2, 12)
    shrunk = Shrunk(2, frames=12, columns=4)
    for at in range(0, 12, 5):
        shrunk.add(frames[:, at : at + 5])
    np.testing.assert_allclose(shrunk.values, frames.reshape(2, 4, 3).mean(axis=2))
    few = Shrunk(2, frames=3, columns=100)
    few.add(frames[:, :3])
    np.testing.assert_allclose(few.values, frames[:, :3])


def test_peaks_keep_every_extreme() -> None:
    peaks = Peaks(samples=len(X), columns=7)
    for at in range(0, len(X), 997):
        peaks.add(X[at : at + 997])
    assert peaks.both.shape == (7, 2)
    assert peaks.both[:, 0].min() == X.min()
    assert peaks.both[:, 1].max() == X.max()


def test_preview_of_a_tone() -> None:
    sound = tones.sweep(200, 6000, seconds=20, sample_rate=16000)
    blocks = [Sound(sound[at : at + 40000], 16000) for at in range(0, len(sound), 40000)]
    for columns in (50, 5000):
        found = preview(blocks, duration=20.0, columns=columns)
        assert found.levels.shape == (96, min(columns, found.levels.shape[1]))
        loudest = found.levels.argmax(axis=0)
        assert loudest[-3] > loudest[len(loudest) // 2] > loudest[2]
        assert found.levels.max() == pytest.approx(0)
        assert len(found.peaks) == columns
        assert found.peaks[:, 1].max() == pytest.approx(1, abs=1e-3)


def test_framing_is_fine_enough_for_the_lowest_bands() -> None:
    framing = framing_of(16000, window=0.025, hop=0.01)
    assert (framing.n_fft, framing.window_length, framing.hop) == (2048, 400, 160)
