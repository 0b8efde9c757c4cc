"""Tones, sums of partials and sweeps: sounds whose truth is known because they are made here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from aural.errors import UsageError


def tone(frequency: float, *, seconds: float, sample_rate: int = 44100, amplitude: float = 1.0, phase: float = 0.0) -> np.ndarray:
    """A sine of `frequency` Hz: float32 [T], T = seconds * rate, from -amplitude to amplitude; phase in radians.

    Raises: UsageError when the frequency is above half the sample rate, where it would fold to a lower one.
    """
    return partials({frequency: amplitude}, seconds=seconds, sample_rate=sample_rate, phase=phase)


def partials(amplitudes: Mapping[float, float], *, seconds: float, sample_rate: int = 44100, phase: float = 0.0) -> np.ndarray:
    """Several sines added: frequency in Hz -> amplitude; float32 [T].

    Whole multiples of one frequency give a complex wave that repeats at that frequency: a note.
    Raises: UsageError for a frequency above half the sample rate, or a length below 0.
    """
    count = _count(seconds, sample_rate)
    time = np.arange(count) / sample_rate
    sound = np.zeros(count)
    for frequency, amplitude in amplitudes.items():
        if not 0 <= frequency <= sample_rate / 2:
            raise UsageError(
                f"{frequency:g} Hz cannot be held at a sample rate of {sample_rate} Hz",
                where="tones",
                fix=f"Frequencies lie between 0 and {sample_rate / 2:g} Hz there",
            )
        sound += amplitude * np.sin(2 * np.pi * frequency * time + phase)
    return sound.astype(np.float32)


def note(
    fundamental: float,
    *,
    seconds: float,
    harmonics: Sequence[float] = (1.0, 0.5, 0.33, 0.25, 0.2, 0.17),
    sample_rate: int = 44100,
    attack: float = 0.01,
    decay: float = 0.0,
) -> np.ndarray:
    """An instrument-like tone: harmonics at whole multiples of `fundamental` (Hz), float32 [T], peak at most 1.

    `harmonics` are the amplitudes of the 1st, 2nd, ... partial (those above half the rate are left out);
    `attack` fades in and `decay` is the time (s) to fall to 1/e, 0 = lasting.
    """
    heard = {fundamental * (k + 1): a for k, a in enumerate(harmonics) if fundamental * (k + 1) <= sample_rate / 2}
    if not heard:
        raise UsageError(f"no harmonic of {fundamental:g} Hz lies below {sample_rate / 2:g} Hz", where="tones")
    sound = partials(heard, seconds=seconds, sample_rate=sample_rate).astype(np.float64)
    time = np.arange(len(sound)) / sample_rate
    if attack > 0:
        sound *= np.minimum(1.0, time / attack)
    if decay > 0:
        sound *= np.exp(-time / decay)
    peak = np.abs(sound).max(initial=0.0)
    return np.asarray(sound / max(1.0, peak), np.float32)


# The first three formants (Hz) of men's vowels. Source: G. E. Peterson and H. L. Barney, "Control methods used in a study of
# the vowels", Journal of the Acoustical Society of America 24, 1952, table II.
VOWELS: Mapping[str, tuple[float, ...]] = {
    "i": (270, 2290, 3010), "ɪ": (390, 1990, 2550), "ɛ": (530, 1840, 2480), "æ": (660, 1720, 2410), "ɑ": (730, 1090, 2440),
    "ɔ": (570, 840, 2410), "ʊ": (440, 1020, 2240), "u": (300, 870, 2240), "ʌ": (640, 1190, 2390), "ɝ": (490, 1350, 1690),
}  # fmt: skip


def vowel(
    formants: str | Sequence[float], *, fundamental: float = 120.0, seconds: float, sample_rate: int = 44100,
    bandwidth: float = 80.0,
) -> np.ndarray:  # fmt: skip
    """A pitch and formants make a vowel: harmonics of `fundamental` (Hz), shaped by a resonance at each formant; peak 0.5.

    `formants` are frequencies (Hz), or a vowel of `VOWELS`; `bandwidth` (Hz) is that of the first one, higher ones are wider.
    What the throat gives falls by 12 dB an octave, and lips that radiate it raise it by 6. float32 [T].
    Source: G. Fant, "Acoustic theory of speech production", 1960: source and filter.
    Raises: UsageError for a vowel that is not known, and frequencies that the rate cannot hold.
    """
    if isinstance(formants, str) and formants not in VOWELS:
        raise UsageError(f"{formants!r} is no vowel that is known", where="tones", fix=f"Known are: {' '.join(VOWELS)}")
    places = np.array(VOWELS[formants] if isinstance(formants, str) else formants, float)
    if not len(places) or not 0 < fundamental <= places.min() * 4 or places.max() > sample_rate / 2 or not bandwidth > 0:
        raise UsageError(f"formants at {places} Hz over a pitch of {fundamental:g} Hz cannot be made", where="tones")
    hz = fundamental * np.arange(1, int(sample_rate / 2 // fundamental) + 1)
    half = bandwidth * np.sqrt(places / places[0]) / 2
    # |s s*| / |(jw - s)(jw - s*)| of the pole pair s = -half + j place of each resonance.
    squared = places**2 + half**2
    gains = squared / np.hypot(squared - hz[:, None] ** 2, 2 * half * hz[:, None])
    amplitudes = gains.prod(axis=1) / np.arange(1, len(hz) + 1)
    sound = partials(dict(zip(hz.tolist(), amplitudes.tolist(), strict=True)), seconds=seconds, sample_rate=sample_rate)
    return np.asarray(0.5 * sound / max(float(np.abs(sound).max(initial=0.0)), 1e-9), np.float32)


def sweep(start: float, end: float, *, seconds: float, sample_rate: int = 44100, amplitude: float = 1.0) -> np.ndarray:
    """A tone that glides from `start` to `end` Hz in equal ratios (equal steps if one is 0): float32 [T]."""
    if not 0 <= min(start, end) <= max(start, end) <= sample_rate / 2:
        raise UsageError(f"a sweep from {start:g} to {end:g} Hz does not fit {sample_rate} Hz", where="tones")
    count = _count(seconds, sample_rate)
    time = np.arange(count) / sample_rate
    if start > 0 and end > 0 and start != end:
        rate = np.log(end / start) / seconds
        turn = start * np.expm1(rate * time) / rate
    else:
        turn = start * time + (end - start) * time**2 / (2 * seconds)
    return np.asarray(amplitude * np.sin(2 * np.pi * turn), np.float32)


def noise(*, seconds: float, rng: np.random.Generator, sample_rate: int = 44100, amplitude: float = 0.1) -> np.ndarray:
    """White noise of RMS `amplitude`: float32 [T]."""
    return (amplitude * rng.standard_normal(_count(seconds, sample_rate))).astype(np.float32)


def _count(seconds: float, sample_rate: int) -> int:
    if not seconds >= 0 or sample_rate < 1:
        raise UsageError(f"a sound of {seconds} s at {sample_rate} Hz cannot be made", where="tones")
    return round(seconds * sample_rate)
