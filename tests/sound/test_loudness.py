"""Loudness against the standard's own numbers."""

from __future__ import annotations

import numpy as np
import pytest

from aural.errors import UsageError
from aural.sound import tones
from aural.sound.loudness import LoudnessMeter, k_weighting, loudness


def test_the_filter_has_the_standards_coefficients_at_48_khz() -> None:
    # ITU-R BS.1770-5, tables 1 and 2.
    b, a = (1.53512485958697, -2.69169618940638, 1.19839281085285), (-1.69065929318241, 0.73248077421585)
    d, c = (1.0, -2.0, 1.0), (-1.99004745483398, 0.99007225036621)
    response = np.zeros(300)
    response[0] = 1.0
    for (b0, b1, b2), (a1, a2) in ((b, a), (d, c)):
        out = np.zeros(300)
        for t in range(300):
            out[t] = b0 * response[t] + (b1 * response[t - 1] if t > 0 else 0) + (b2 * response[t - 2] if t > 1 else 0)
            out[t] -= (a1 * out[t - 1] if t > 0 else 0) + (a2 * out[t - 2] if t > 1 else 0)
        response = out
    np.testing.assert_allclose(k_weighting(48000)[:300], response, atol=1e-8)


def test_a_full_scale_sine_reads_minus_3() -> None:
    sine = tones.tone(997, seconds=5, sample_rate=48000)
    assert loudness(sine, sample_rate=48000) == pytest.approx(-3.01, abs=0.01)
    assert loudness(np.stack([sine, sine]), sample_rate=48000) == pytest.approx(0.0, abs=0.01)
    for rate in (16000, 44100):
        assert loudness(tones.tone(997, seconds=5, sample_rate=rate), sample_rate=rate) == pytest.approx(-3.01, abs=0.1)


def test_quiet_parts_are_gated() -> None:
    # EBU Tech 3341, case 3: -36, -23 and -36 dBFS in stereo read -23 LUFS.
    levels = ((10, -36), (60, -23), (10, -36))
    parts = [tones.tone(1000, seconds=s, sample_rate=48000, amplitude=10 ** (db / 20)) for s, db in levels]
    sound = np.concatenate(parts)
    assert loudness(np.stack([sound, sound]), sample_rate=48000) == pytest.approx(-23.0, abs=0.1)


def test_range_of_two_levels() -> None:
    # EBU Tech 3342, case 1: 20 s at -20 dBFS, then 20 s at -30 dBFS: 10 LU.
    sound = np.concatenate([tones.tone(1000, seconds=20, sample_rate=48000, amplitude=10 ** (db / 20)) for db in (-20, -30)])
    meter = LoudnessMeter(48000, channels=2)
    meter.push(np.stack([sound, sound]))
    assert meter.range == pytest.approx(10.0, abs=1.0)


def test_blocks_of_any_size_read_the_same() -> None:
    sound = np.random.default_rng(0).standard_normal((2, 100000)).astype(np.float32) * 0.1
    whole, parts = LoudnessMeter(16000, channels=2), LoudnessMeter(16000, channels=2)
    whole.push(sound)
    for at in range(0, 100000, 3331):
        parts.push(sound[:, at : at + 3331])
    assert parts.integrated == pytest.approx(whole.integrated, abs=1e-9)
    np.testing.assert_allclose(parts.curve(), whole.curve(), atol=1e-6)
    assert len(whole.curve()) == 62 - 3


def test_silence_and_short_sounds() -> None:
    assert loudness(np.zeros(16000), sample_rate=16000) == -np.inf
    assert loudness(np.zeros(0), sample_rate=16000) == -np.inf
    assert np.isfinite(loudness(tones.tone(997, seconds=0.05, sample_rate=16000), sample_rate=16000))
    with pytest.raises(UsageError):
        LoudnessMeter(1000)
    with pytest.raises(UsageError):
        LoudnessMeter(16000).push(np.zeros((2, 10)))
