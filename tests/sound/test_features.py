"""MFCC, deltas, chroma, constant-Q and timbre against librosa and torchaudio's definitions."""

from __future__ import annotations

import numpy as np
import pytest
from spectra_golden import golden

from aural.errors import UsageError
from aural.sound import timbre, tones
from aural.sound.chroma import PITCH_CLASSES, chroma, chroma_bank, chroma_constant_q
from aural.sound.constant_q import ConstantQ, constant_q
from aural.sound.mel import MelOptions
from aural.sound.mfcc import cosines, deltas, mfcc
from aural.sound.spectrum import Framing, spectrogram

RATE = 22050
FRAMING = Framing(2048, 512, pad="constant")
HZ = FRAMING.frequencies(RATE)


def test_mfcc_equals_librosa() -> None:
    y, known = golden("librosa")
    options = MelOptions(RATE, 2048, 512, 128, scale="slaney", norm="slaney", pad="constant")
    np.testing.assert_allclose(mfcc(y, n=20, options=options), known["mfcc"], atol=1e-3)
    np.testing.assert_allclose(mfcc(y.astype(float), n=20, options=options), known["mfcc"], rtol=1e-4, atol=1e-3)
    np.testing.assert_allclose(mfcc(y, n=13, options=options, lifter=22), known["lifted"], rtol=1e-4, atol=1e-3)
    np.testing.assert_allclose(deltas(known["mfcc"]), known["delta"], atol=1e-4)
    np.testing.assert_allclose(deltas(known["mfcc"], order=2), known["delta2"], atol=1e-4)


def test_mfcc_equals_torchaudios_definition() -> None:
    y, known = golden("torchaudio")
    np.testing.assert_allclose(mfcc(y.astype(float), n=40), known["mfcc"], atol=1e-4)
    np.testing.assert_allclose(deltas(known["mfcc"], width=5, edges="repeat"), known["deltas"], atol=1e-4)
    assert mfcc(y).shape == (13, 16)


def test_the_cosine_transform_keeps_lengths() -> None:
    matrix = cosines(24, n_out=24)
    np.testing.assert_allclose(matrix @ matrix.T, np.eye(24), atol=1e-12)


def test_deltas_of_a_line_are_its_slope() -> None:
    line = np.arange(30.0) * 0.5
    np.testing.assert_allclose(deltas(line), 0.5)
    np.testing.assert_allclose(deltas(line**2, order=2), 0.5, atol=1e-10)
    with pytest.raises(UsageError):
        deltas(line, width=4)
    with pytest.raises(UsageError, match="fewer"):
        deltas(line[:5])


def test_timbre_equals_librosa() -> None:
    y, known = golden("librosa")
    amplitude = spectrogram(y, framing=FRAMING, exponent=1.0)
    for name, found in (
        ("centroid", timbre.centroid(amplitude, frequencies=HZ)), ("bandwidth", timbre.bandwidth(amplitude, frequencies=HZ)),
        ("rolloff", timbre.rolloff(amplitude, frequencies=HZ)), ("flatness", timbre.flatness(amplitude)),
        ("contrast", timbre.contrast(amplitude, frequencies=HZ)), ("crossings", timbre.zero_crossings(y)), ("rms", timbre.rms(y)),
    ):  # fmt: skip
        np.testing.assert_allclose(found, known[name], rtol=1e-4, atol=1e-4, err_msg=name)


def test_slope_of_a_known_tilt() -> None:
    spectrum = np.concatenate([[1.0], HZ[1:] ** -1.0])[:, None]
    assert timbre.slope(spectrum, frequencies=HZ)[0] == pytest.approx(-6.02, abs=0.01)


def test_timbre_in_silence_and_of_noise() -> None:
    silence = np.zeros((1025, 3), np.float32)
    assert np.all(timbre.centroid(silence, frequencies=HZ) == 0)
    assert np.all(timbre.bandwidth(silence, frequencies=HZ) == 0)
    rng = np.random.default_rng(0)
    noise = spectrogram(tones.noise(seconds=1, rng=rng, sample_rate=RATE), framing=FRAMING, exponent=1.0)
    tone = spectrogram(tones.tone(1000, seconds=1, sample_rate=RATE), framing=FRAMING, exponent=1.0)
    assert np.median(timbre.flatness(noise)) > 0.4 > 0.01 > np.median(timbre.flatness(tone))
    assert np.median(timbre.centroid(tone, frequencies=HZ)) == pytest.approx(1000, abs=5)
    with pytest.raises(UsageError):
        timbre.centroid(np.zeros(5), frequencies=HZ)


def test_chroma_equals_librosa() -> None:
    y, known = golden("librosa")
    np.testing.assert_allclose(chroma(y, sample_rate=RATE), known["chroma"], atol=1e-4)
    np.testing.assert_allclose(chroma_bank(RATE, n_fft=256, tuning=0.25), known["chroma_tuned"], atol=1e-4)


@pytest.mark.parametrize("octave", [1, 2, 4])
def test_chroma_tells_the_pitch_class(octave: int) -> None:
    sound = tones.tone(261.6256 * octave, seconds=1.5, sample_rate=RATE, amplitude=0.3)
    for values in (chroma(sound, sample_rate=RATE, framing=Framing(8192, 2048)), chroma_constant_q(sound)):
        assert PITCH_CLASSES[int(values.mean(axis=1).argmax())] == "C"


def test_constant_q_equals_librosa() -> None:
    y, known = golden("librosa")
    top = constant_q(y, options=ConstantQ(RATE, 512, 4186.0, 12))
    np.testing.assert_allclose(top, known["cqt_top"], atol=1e-4)
    whole = np.abs(constant_q(y))
    np.testing.assert_allclose(whole[::2], known["cqt_direct"], atol=1e-4)
    # librosa.cqt computes lower octaves from resampled sound; the error of that is its own, some 40 dB down.
    assert np.abs(whole - known["cqt"]).max() < 0.02 * known["cqt"].max()
    assert constant_q(y[:0]).shape == (84, 0)


def test_constant_q_finds_the_semitone() -> None:
    sound = tones.tone(440, seconds=2, sample_rate=RATE)
    level = np.abs(constant_q(np.stack([sound, 0.5 * sound])))
    assert level.shape == (2, 84, 87)
    assert int(level[0].mean(axis=1).argmax()) == 45
    np.testing.assert_allclose(level[0], 2 * level[1], atol=1e-4)
    with pytest.raises(UsageError):
        constant_q(sound, options=ConstantQ(8000))
    assert ConstantQ().within(8000).frequencies[-1] < 3700
