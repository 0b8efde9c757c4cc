"""A voice taken apart and put together: envelope, noise and pitch come back, and what is changed is changed alone."""

from __future__ import annotations

import numpy as np
import pytest
from voice_clips import FORMANTS, sounded

from aural.errors import UsageError
from aural.sound import mel_cepstrum, vocoder
from aural.sound.envelope import bands_of, envelope, noisiness, size_of
from aural.sound.epochs import epochs, marked, restrung
from aural.sound.pitch import pitch

RATE, HOP, HERTZ = 16000, 0.005, 125.0
N_FFT = size_of(RATE, 80.0)


def vowel(phone: str = "ɑ") -> tuple[np.ndarray, np.ndarray]:
    """Samples of a second of a vowel, and its pitch."""
    samples = sounded(phone, np.random.default_rng(0), HERTZ, 1.0)
    return samples, np.full(1 + len(samples) // 80, HERTZ)


def median_pitch(samples: np.ndarray) -> float:
    return float(np.nanmedian(pitch(samples, sample_rate=RATE, low=60, high=400).frequency))


def test_the_envelope_has_the_resonances_and_no_harmonics() -> None:
    samples, own = vowel()
    power = envelope(samples, own, sample_rate=RATE, hop=HOP, n_fft=N_FFT)[100]
    hertz = np.arange(len(power)) * RATE / N_FFT
    near = power[(hertz > 250) & (hertz < 1600)]
    bumps = np.flatnonzero((near[1:-1] > near[:-2]) & (near[1:-1] > near[2:])) + 1
    places = hertz[(hertz > 250) & (hertz < 1600)][bumps]
    assert len(places) == 2 and np.all(np.abs(places - FORMANTS["ɑ"]) < 70)
    with pytest.raises(UsageError, match="three periods"):
        envelope(samples, own, sample_rate=RATE, hop=HOP, n_fft=128)


def test_white_noise_has_the_power_of_its_variance_and_is_all_noise() -> None:
    noise = 0.3 * np.random.default_rng(1).standard_normal(RATE)
    none = np.zeros(200)
    power = envelope(noise, none, sample_rate=RATE, hop=HOP, n_fft=N_FFT)
    assert abs(10 * np.log10(power.mean() / 0.09)) < 0.7
    assert noisiness(noise, none, sample_rate=RATE, hop=HOP).min() > 0.99
    as_voice = noisiness(noise, np.full(200, HERTZ), sample_rate=RATE, hop=HOP).mean()
    samples, own = vowel()
    assert noisiness(samples, own, sample_rate=RATE, hop=HOP)[20:180, :2].mean() < 0.1 < as_voice


def test_a_vowel_put_together_again_has_its_level_pitch_and_envelope() -> None:
    samples, own = vowel("i")
    power = envelope(samples, own, sample_rate=RATE, hop=HOP, n_fft=N_FFT)
    log = mel_cepstrum.decode(mel_cepstrum.encode(power, sample_rate=RATE, order=50), sample_rate=RATE, bins=power.shape[1])
    share = np.full((len(own), len(bands_of(RATE)) - 1), 0.01)
    again = vocoder.synthesize(own, log, share, sample_rate=RATE, hop=HOP, rng=np.random.default_rng(0))
    assert abs(20 * np.log10(again[2000:14000].std() / samples[2000:14000].std())) < 1.5
    assert abs(median_pitch(again) - HERTZ) < 1
    back = envelope(again, own, sample_rate=RATE, hop=HOP, n_fft=N_FFT)
    strong = power[100] > power[100].max() * 1e-3
    assert np.abs(10 * np.log10(back[100] / power[100]))[strong].mean() < 2


def test_warping_moves_the_resonances_and_nothing_else() -> None:
    samples, own = vowel()
    cepstra = mel_cepstrum.encode(
        envelope(samples, own, sample_rate=RATE, hop=HOP, n_fft=N_FFT)[100:101], sample_rate=RATE, order=60
    )
    plain, moved = (mel_cepstrum.decode(cepstra, sample_rate=RATE, bins=N_FFT // 2 + 1, warp=w)[0] for w in (1.0, 1.2))
    assert 1.1 < np.argmax(moved) / np.argmax(plain) < 1.3 and abs(moved.max() - plain.max()) < 0.2


def test_epochs_are_a_period_apart_and_stand_where_there_is_a_voice() -> None:
    samples, own = vowel()
    silent = np.concatenate([np.zeros(4000), samples])
    marks = epochs(silent, np.concatenate([np.zeros(50), own]), sample_rate=RATE, hop=HOP)
    assert marks.min() >= 3900 and np.abs(np.diff(marks) - RATE / HERTZ).max() < 12 and len(marks) > 110
    every, voiced = marked(len(silent), marks, RATE)
    assert np.diff(every).max() < 400 and voiced.sum() == len(marks) and not voiced[:40].any()


@pytest.mark.parametrize(("speed", "high"), [(1.0, 1.25), (1.5, 1.0), (0.7, 0.8)])
def test_restrung_speech_is_faster_and_higher_as_asked(speed: float, high: float) -> None:
    samples, own = vowel()
    marks = epochs(samples, own, sample_rate=RATE, hop=HOP)
    again = restrung(samples, marks, sample_rate=RATE, speed=speed, pitch=high)
    assert abs(len(again) / len(samples) - 1 / speed) < 0.01
    assert abs(median_pitch(again) / HERTZ - high) < 0.03
    assert np.abs(again).max() < 1.2 * np.abs(samples).max()


def test_what_is_not_to_change_does_not() -> None:
    samples, own = vowel()
    marks = epochs(samples, own, sample_rate=RATE, hop=HOP)
    assert np.array_equal(restrung(samples, marks, sample_rate=RATE, speed=1.0, pitch=1.0), samples.astype(np.float32))
    assert len(vocoder.pulses(np.zeros(10), sample_rate=RATE, hop=HOP)) == 0
