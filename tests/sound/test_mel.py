"""Mel scales, banks and spectrograms against librosa, torchaudio's definition and Whisper's."""

from __future__ import annotations

import numpy as np
import pytest
from spectra_golden import golden

from aural.errors import UsageError
from aural.sound.mel import MelOptions, filterbank, hz_to_mel, log_mel, mel_spectrogram, mel_to_hz, whisper_log_mel


def test_the_numbers_of_the_mel_scale() -> None:
    assert float(hz_to_mel(200)) == pytest.approx(283.23, abs=0.005)
    assert float(hz_to_mel(5000)) == pytest.approx(2363.47, abs=0.005)
    for hz in (200, 5000):
        assert float(hz_to_mel(hz)) == pytest.approx(1127 * np.log(1 + hz / 700), abs=0.02)
    assert 8 < float(hz_to_mel(5000) / hz_to_mel(200)) < 8.5


@pytest.mark.parametrize("scale", ["htk", "slaney"])
def test_scales_are_inverted(scale: str) -> None:
    hz = np.linspace(0, 20000, 501)
    mel = hz_to_mel(hz, scale=scale)
    assert np.all(np.diff(mel) > 0)
    np.testing.assert_allclose(mel_to_hz(mel, scale=scale), hz, atol=1e-8)


def test_slaney_scale_and_banks_equal_librosa() -> None:
    _, known = golden("librosa")
    np.testing.assert_allclose(hz_to_mel([0, 200, 1000, 5000, 11025], scale="slaney"), known["hz_to_mel"], atol=1e-9)
    np.testing.assert_allclose(filterbank(16000, n_mels=20, scale="slaney", norm="slaney"), known["bank"], atol=1e-7)
    np.testing.assert_allclose(filterbank(16000, n_mels=20), known["bank_htk"], atol=1e-6)


def test_log_mel_equals_librosa() -> None:
    y, known = golden("librosa")
    options = MelOptions(22050, 2048, 512, 32, scale="slaney", norm="slaney", pad="constant")
    np.testing.assert_allclose(log_mel(y, options=options, top_db=80), known["logmel"], atol=1e-4)


def test_mel_equals_torchaudios_definition() -> None:
    y, known = golden("torchaudio")
    found = mel_spectrogram(y)
    assert found.shape == (80, 16)
    np.testing.assert_allclose(found, known["mel"], rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(log_mel(y.astype(np.float64)), known["decibel"], atol=1e-4)
    assert np.abs(log_mel(y) - known["decibel"])[known["mel"] > 1e-6].max() < 1e-3


def test_whisper_log_mel_equals_its_extractor() -> None:
    y, known = golden("kaldi")
    found = whisper_log_mel(y)
    assert found.shape == (80, 25)
    np.testing.assert_allclose(found, known["whisper"][:, :25], atol=1e-4)


def test_batch_equals_single() -> None:
    x = np.random.default_rng(0).standard_normal((2, 2, 4000)).astype(np.float32) * np.array([1, 0.001], np.float32)[:, None, None]
    for function in (log_mel, whisper_log_mel):
        np.testing.assert_array_equal(function(x)[1, 0], function(x[1, 0]))
    assert log_mel(x[..., :0]).shape == (2, 2, 80, 0)
    assert whisper_log_mel(x[..., :0]).shape == (2, 2, 80, 0)


def test_a_bank_without_norm_covers_every_bin_between_its_ends() -> None:
    bank = filterbank(16000, n_fft=4096, n_mels=40)
    hz = np.arange(2049) * 16000 / 4096
    first, last = mel_to_hz(np.linspace(0, hz_to_mel(8000), 42))[[1, -2]]
    inside = (hz >= first) & (hz <= last)
    np.testing.assert_allclose(bank[:, inside].sum(axis=0), 1.0, atol=1e-5)


def test_what_cannot_be_is_refused() -> None:
    for wrong in ({"f_max": 9000.0}, {"f_min": 8000.0}, {"n_mels": 0}, {"scale": "bark"}, {"norm": "sum"}, {"straight_in": "bark"}):
        with pytest.raises(UsageError):
            filterbank(16000, **wrong)
