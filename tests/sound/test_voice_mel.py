"""The spectrogram between text and waveform: as many frames as hops, equal to librosa's settings, and back to amplitudes."""

from __future__ import annotations

import numpy as np
import pytest

from aural.sound.mel import filterbank
from aural.sound.voice_mel import FLOOR, VOICE, at_rate, margin, name_of, to_amplitudes, voice_mel


@pytest.mark.parametrize("length", [1, 255, 256, 400, 5000, 22050])
def test_frames_count_whole_hops(length: int) -> None:
    mel = voice_mel(np.random.default_rng(0).standard_normal(length).astype(np.float32))
    assert mel.shape == (80, max(1, length // 256))
    assert np.isfinite(mel).all()
    assert mel.min() >= np.log(FLOOR) - 1e-5


def test_it_is_what_published_vocoders_hear() -> None:
    """By the written definition (HiFi-GAN's meldataset): mirrored by 384 samples, amplitudes through Slaney's bank, ln."""
    samples = np.random.default_rng(1).standard_normal(3000) * 0.1
    around = np.pad(samples[: 11 * 256], 384, mode="reflect")
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(1024) / 1024)
    frames = np.stack([np.abs(np.fft.rfft(around[k * 256 : k * 256 + 1024] * window)) for k in range(11)], axis=1)
    bank = filterbank(22050, n_fft=1024, n_mels=80, f_min=0.0, f_max=8000.0, scale="slaney", norm="slaney")
    expected = np.log(np.maximum(bank @ frames, 1e-5))
    # The last mirror begins at the last whole hop here, at the last sample there.
    assert np.abs(voice_mel(samples)[:, :9] - expected[:, :9]).max() < 1e-3


def test_amplitudes_have_the_bands_they_were_made_for() -> None:
    samples = np.random.default_rng(2).standard_normal(8000) * 0.1
    mel = voice_mel(samples)
    rough, fine = (to_amplitudes(mel, iterations=n) for n in (0, 60))
    assert fine.min() >= 0
    wanted = np.exp(mel)

    def gone(amplitudes: np.ndarray) -> float:
        return float(np.square(VOICE.bank @ amplitudes - wanted).sum())

    assert gone(fine) < gone(rough) and gone(fine) < 1e-3 * np.square(wanted).sum()


def test_other_rates_keep_what_they_can() -> None:
    assert at_rate(22050) == VOICE
    assert at_rate(8000).f_max == 4000 and at_rate(48000).f_max == 8000
    assert name_of(at_rate(8000)) != name_of(VOICE)
    assert margin() == 384
