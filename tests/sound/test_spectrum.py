"""Short-time transforms, power and spectra against librosa and their own mathematics."""

from __future__ import annotations

import numpy as np
import pytest
from spectra_golden import golden

from aural.errors import UsageError
from aural.sound import tones
from aural.sound.spectrum import Framing, amplitude_spectrum, blocks, frames, istft, mean_power, power, spectrogram, stft
from aural.sound.windows import NAMES, window

LIBROSA = Framing(2048, 512, pad="constant")


def test_stft_equals_librosa() -> None:
    y, known = golden("librosa")
    found = stft(y, framing=LIBROSA)[::4, 3:5]
    assert found.dtype == np.complex64
    np.testing.assert_allclose(found, known["stft"], atol=1e-4)


@pytest.mark.parametrize("framing", [Framing(), Framing(512, 128), Framing(512, 100, 400), Framing(401, 160, window="hamming")])
@pytest.mark.parametrize("length", [1, 7, 399, 400, 401, 5003])
def test_perfect_reconstruction(framing: Framing, length: int) -> None:
    x = np.random.default_rng(length).standard_normal((2, length))
    back = istft(stft(x, framing=framing), framing=framing, length=length)
    assert back.shape == x.shape
    np.testing.assert_allclose(back, x, atol=1e-10)


def test_defaults_are_25_and_10_ms_at_16_khz() -> None:
    assert (Framing().n_fft, Framing().hop) == (400, 160)
    told = Framing.of_seconds(44100)
    assert (told.window_length, told.hop) == (1102, 441)


def test_batch_equals_single_and_shapes() -> None:
    x = np.random.default_rng(0).standard_normal((2, 3, 2000)).astype(np.float32)
    whole = stft(x)
    assert whole.shape == (2, 3, 201, 13)
    assert np.array_equal(whole[1, 2], stft(x[1, 2]))
    assert stft(x[..., :0]).shape == (2, 3, 201, 0)
    assert spectrogram(x, framing=Framing(center=False)).shape == (2, 3, 201, 11)


def test_energy_is_kept() -> None:
    x = np.random.default_rng(0).standard_normal(256)
    energy = power(stft(x, framing=Framing(256, 256, window="rectangular", center=False)))[:, 0]
    assert (energy[0] + energy[-1] + 2 * energy[1:-1].sum()) / 256 == pytest.approx(np.sum(x**2), rel=1e-12)


def test_blocks_cover_every_frame_once() -> None:
    x = np.random.default_rng(0).standard_normal((2, 60000))
    seen = [(item, start, len(block)) for item, start, block in blocks(x)]
    assert [s for s in seen if s[0] == 1][-1][1:] == (256, 120)
    assert sum(n for _, _, n in seen) == 2 * Framing().count(60000)


def test_amplitude_spectrum_reads_a_sine() -> None:
    hz, amplitude = amplitude_spectrum(tones.tone(1000, seconds=0.5, sample_rate=16000, amplitude=0.3), sample_rate=16000)
    assert hz[np.argmax(amplitude)] == 1000
    assert amplitude.max() == pytest.approx(0.3, abs=1e-4)
    assert amplitude_spectrum(np.full(100, 0.5), sample_rate=100)[1][0] == pytest.approx(0.5)


def test_sum_of_partials_shows_each_partial() -> None:
    sound = tones.partials({200: 0.5, 400: 0.25, 600: 0.125}, seconds=1.0, sample_rate=8000)
    hz, amplitude = amplitude_spectrum(sound, sample_rate=8000)
    for frequency, strength in ((200, 0.5), (400, 0.25), (600, 0.125)):
        assert amplitude[hz == frequency][0] == pytest.approx(strength, abs=1e-3)
    assert amplitude[(hz > 700) | ((hz > 420) & (hz < 580))].max() < 1e-3


def test_mean_power_of_noise_is_flat() -> None:
    x = np.random.default_rng(1).standard_normal(160000)
    mean = mean_power(x, framing=Framing(64, 32))
    assert np.abs(10 * np.log10(mean[2:-2] / mean[2:-2].mean())).max() < 0.5


@pytest.mark.parametrize("name", NAMES)
def test_windows(name: str) -> None:
    symmetric = window(name, length=65, periodic=False)
    assert np.allclose(symmetric, symmetric[::-1])
    assert symmetric[32] == pytest.approx(1.0)
    assert np.allclose(window(name, length=64), symmetric[:-1])


def test_frames_share_memory() -> None:
    x = np.arange(20.0)
    assert np.shares_memory(frames(x, length=5, hop=3), x)
    assert frames(x, length=5, hop=3).shape == (6, 5)
    assert frames(x[:3], length=5, hop=3).shape == (0, 5)


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(UsageError):
        Framing(400, 0)
    with pytest.raises(UsageError):
        Framing(400, 100, 500)
    with pytest.raises(UsageError, match="no window called"):
        window("hat", length=8)
    with pytest.raises(UsageError, match="gaps"):
        istft(np.zeros((201, 9), complex), framing=Framing(400, 500))
    with pytest.raises(UsageError):
        istft(np.zeros((200, 9), complex))
