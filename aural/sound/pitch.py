"""Fundamental frequency over time, its period, and the harmonics of a tone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from aural.errors import UsageError
from aural.results import Curve
from aural.sound.spectrum import as_float, frames
from aural.sound.windows import window as taper

_PER_SEMITONE = 5
_BLOCK = 256
_BETA = 18  # thresholds are drawn from Beta(2, 18): mostly near 0.1
_FASTEST = 36.0  # octaves a second that a voice may glide
_SWITCH = 0.01  # chance from one frame to the next that voicing begins or ends
_NOTHING = 1e-7  # amplitude, -140 dB
_NO_DIP = 0.01  # weight of the deepest dip when no threshold accepts one


@dataclass(frozen=True, eq=False)
class PitchTrack:
    """`frequency` [F] in Hz (NaN = no pitch), `voiced` [F] the probability of one, each `hop` s from `start`."""

    frequency: np.ndarray
    voiced: np.ndarray
    hop: float
    start: float = 0.0

    @property
    def curve(self) -> Curve:
        return Curve("pitch", "Hz", self.start, self.hop, self.frequency)

    @property
    def steady(self) -> bool:
        """Whether one pitch lasts: voiced for half of the time or more, and 80 % of that within a semitone."""
        known = self.frequency[np.isfinite(self.frequency)]
        if not len(known) or len(known) < 0.5 * len(self.frequency):
            return False
        low, high = np.quantile(known, [0.1, 0.9])
        return bool(high / low < 2 ** (1 / 12))

    @property
    def period(self) -> np.ndarray:
        """Seconds of one repetition [F]; 1 / frequency."""
        return np.asarray(1.0 / self.frequency)


@dataclass(frozen=True)
class Harmonic:
    """One partial of a tone: `number` 1 = fundamental; Hz; amplitude, and dB against the strongest."""

    number: int
    frequency: float
    amplitude: float
    level: float


def pitch(
    samples: ArrayLike,
    *,
    sample_rate: int,
    low: float = 60.0,
    high: float = 1000.0,
    hop: float = 0.010,
    start: float = 0.0,
    quiet: float = 40.0,
) -> PitchTrack:
    """The fundamental of samples [T] over time, between `low` and `high` Hz, every `hop` s.

    A frame's dips of the normalized difference function are candidates, each weighed by the thresholds
    that would choose it; the likeliest smooth path through them and through "no pitch" is taken. Frames
    `quiet` dB or more below the loudest have no pitch. `start` is where samples begin (s).
    Raises: UsageError when the range does not fit the sample rate, or samples are not [T].
    Source: A. de Cheveigne and H. Kawahara, "YIN", JASA 111, 2002; M. Mauch and S. Dixon, "pYIN", ICASSP 2014.
    """
    array = as_float(samples)
    if array.ndim != 1:
        raise UsageError(f"pitch is heard in one channel [T], not {array.shape}", where="pitch")
    if not 0 < low < high <= sample_rate / 4 or hop <= 0:
        raise UsageError(
            f"pitches from {low:g} to {high:g} Hz do not fit a sample rate of {sample_rate} Hz",
            where="pitch",
            fix="The highest is at most a quarter of the rate",
        )
    step = max(1, round(hop * sample_rate))
    states = int(np.ceil(12 * _PER_SEMITONE * np.log2(high / low))) + 1
    longest = int(np.ceil(sample_rate / low)) + 2
    width = 2 * longest
    count = 1 + len(array) // step if len(array) else 0
    half = (width + longest) // 2
    padded = np.pad(array.astype(np.float64), (half, half + width + longest))
    view = frames(padded, length=width + longest, hop=step)[:count]
    likely, exact = np.zeros((count, states)), np.zeros((count, states))
    for at in range(0, count, _BLOCK):
        dips = _normalized_difference(np.ascontiguousarray(view[at : at + _BLOCK]), width)
        part = slice(at, at + len(dips))
        likely[part], exact[part] = _candidates(dips, sample_rate, (low, high), states)
    levels = np.einsum("ft,ft->f", view, view)
    likely[levels < levels.max(initial=0.0) * 10 ** (-quiet / 10)] = 0.0
    path = _path(likely, max(1, round(_FASTEST * step / sample_rate * 12 * _PER_SEMITONE)))
    heard = path < states
    frequency = np.full(count, np.nan)
    rows = np.flatnonzero(heard)
    frequency[rows] = _nearest_candidate(exact[rows], path[rows], low)
    return PitchTrack(frequency, likely.sum(axis=1).clip(0.0, 1.0), step / sample_rate, start)


def fundamental(samples: ArrayLike, *, sample_rate: int) -> float | None:
    """The fundamental in Hz of a lasting tone or note [T], to a few hundredths of a percent; None where there is none.

    Where all partials are multiples of the lowest it is that one, however high; else the middle of the
    pitch track, sharpened on the spectrum's harmonics.
    """
    array = as_float(samples)
    peaks = _peaks(array, sample_rate)
    if peaks and all(abs(f / peaks[0][0] - round(f / peaks[0][0])) < 0.01 for f, _ in peaks):
        return float(peaks[0][0])
    high = min(2000.0, sample_rate / 4)
    track = pitch(array, sample_rate=sample_rate, low=min(40.0, high / 2), high=high, hop=0.02)
    voiced = track.frequency[np.isfinite(track.frequency)]
    if len(voiced) < max(1, 0.3 * len(track.frequency)):
        return None
    rough = float(np.median(voiced))
    if not peaks:
        return rough
    strength, sharp = 0.0, 0.0
    for frequency, amplitude in peaks:
        number = round(frequency / rough)
        if number >= 1 and abs(frequency - number * rough) < 0.03 * rough * np.sqrt(number):
            # A higher harmonic tells the fundamental more finely: its error is divided by its number.
            weight = amplitude * number
            strength, sharp = strength + weight, sharp + weight * frequency / number
    return sharp / strength if strength else rough


def steady_tone(samples: ArrayLike, *, sample_rate: int) -> float | None:
    """The fundamental in Hz of samples [T] that are one lasting tone or note, None for speech, noise and tunes."""
    array = as_float(samples)
    found = fundamental(array, sample_rate=sample_rate)
    if found is None:
        return None
    high = min(2000.0, sample_rate / 4)
    if found > high:
        return found
    track = pitch(array, sample_rate=sample_rate, low=min(40.0, high / 2), high=high, hop=0.02)
    return found if track.steady else None


def harmonics(
    samples: ArrayLike, *, sample_rate: int, frequency: float, count: int = 10, floor: float = -60.0
) -> tuple[Harmonic, ...]:
    """The partials of a tone [T] at whole multiples of `frequency` (Hz) that are stronger than `floor` dB.

    200 Hz has harmonics at 400, 600 Hz, ...; at most `count` of them.
    """
    hz, amplitude = _fine_spectrum(as_float(samples), sample_rate)
    if len(hz) < 3 or frequency <= 0:
        return ()
    found = []
    for number in range(1, count + 1):
        reach = 0.03 * frequency * np.sqrt(number)
        near = np.flatnonzero(np.abs(hz - number * frequency) <= max(reach, 1.5 * hz[1]))
        if number * frequency > sample_rate / 2 or not len(near):
            break
        found.append((number, *_vertex(hz, amplitude, int(near[np.argmax(amplitude[near])]))))
    strongest = max((a for _, _, a in found), default=0.0)
    if strongest <= _NOTHING:
        return ()
    levels = [(n, f, a, 20 * np.log10(max(a, 1e-12) / strongest)) for n, f, a in found]
    return tuple(Harmonic(n, float(f), float(a), float(db)) for n, f, a, db in levels if db > floor)


def _fine_spectrum(samples: np.ndarray, sample_rate: int) -> tuple[np.ndarray, np.ndarray]:
    """Frequencies and amplitudes of the loudest two seconds, four times finer than its length gives."""
    length = min(len(samples), 2 * sample_rate)
    if length < 16:
        return np.zeros(0), np.zeros(0)
    sums = np.concatenate([[0.0], np.cumsum(np.square(samples, dtype=np.float64))])
    begin = int(np.argmax(sums[length:] - sums[:-length]))
    fade = taper("hann", length=length)
    n_fft = 1 << (4 * length - 1).bit_length()
    amplitude = np.abs(np.fft.rfft(samples[begin : begin + length] * fade, n_fft)) * (2 / fade.sum())
    return np.arange(n_fft // 2 + 1) * (sample_rate / n_fft), amplitude


def _peaks(samples: np.ndarray, sample_rate: int, *, below: float = 40.0) -> list[tuple[float, float]]:
    """The spectrum's peaks (Hz, amplitude) within so many dB of the strongest, side lobes left out."""
    hz, amplitude = _fine_spectrum(samples, sample_rate)
    if len(hz) < 3 or amplitude[1:].max() < _NOTHING:
        return []
    lobe = max(1, round(4.5 * sample_rate / min(len(samples), 2 * sample_rate) / hz[1]))
    strong = amplitude > amplitude[1:].max() * 10 ** (-below / 20)
    top = np.flatnonzero(strong[1:-1] & (amplitude[1:-1] >= amplitude[:-2]) & (amplitude[1:-1] > amplitude[2:])) + 1
    kept: list[int] = []
    for k in top[np.argsort(-amplitude[top], kind="stable")]:
        if all(abs(int(k) - j) > lobe for j in kept):
            kept.append(int(k))
        if len(kept) > 60:
            break
    return [_vertex(hz, amplitude, k) for k in sorted(kept)]


def _vertex(hz: np.ndarray, amplitude: np.ndarray, k: int) -> tuple[float, float]:
    """Frequency and height of the parabola through the logarithms around bin k."""
    if not 0 < k < len(hz) - 1:
        return float(hz[k]), float(amplitude[k])
    left, middle, right = np.log(np.maximum(amplitude[k - 1 : k + 2], 1e-20))
    bend = left - 2 * middle + right
    shift = float(np.clip(0.5 * (left - right) / bend, -0.5, 0.5)) if bend < 0 else 0.0
    return float(hz[k] + shift * hz[1]), float(np.exp(middle - 0.25 * (left - right) * shift))


def _normalized_difference(slices: np.ndarray, width: int) -> np.ndarray:
    """YIN's function [F, lags] of slices [F, width + lags]: 0 where the sound repeats after a lag, near 1 elsewhere."""
    lags = slices.shape[1] - width
    n_fft = 1 << (slices.shape[1] - 1).bit_length()
    head = np.fft.rfft(slices[:, :width], n_fft, axis=1)
    whole = np.fft.rfft(slices, n_fft, axis=1)
    product = np.fft.irfft(whole * head.conj(), n_fft, axis=1)[:, :lags]
    sums = np.cumsum(np.square(slices), axis=1)
    sums = np.concatenate([np.zeros((len(slices), 1)), sums], axis=1)
    energy = sums[:, width : width + lags] - sums[:, :lags]
    difference = np.maximum(energy[:, :1] + energy - 2 * product, 0.0)
    difference[:, 0] = 0.0
    mean = np.cumsum(difference, axis=1) / np.maximum(np.arange(lags), 1)
    # Rounding must not look like pitch: what is 100 dB below the slice's own energy is nothing.
    solid = mean > 1e-10 * np.maximum(energy[:, :1], 1e-12)
    normalized = np.where(solid, difference / np.where(solid, mean, 1.0), 1.0)
    normalized[:, 0] = 1.0
    return np.asarray(normalized)


def _candidates(dips: np.ndarray, sample_rate: int, limits: tuple[float, float], states: int) -> tuple[np.ndarray, np.ndarray]:
    """How likely each pitch is [F, K], and the exact frequency (Hz) behind each, from YIN's function [F, lags]."""
    shortest = max(2, int(sample_rate / limits[1]))
    left, middle, right = dips[:, shortest - 1 : -2], dips[:, shortest:-1], dips[:, shortest + 1 :]
    bend = left - 2 * middle + right
    is_dip = (middle <= left) & (middle < right) & (bend > 0)
    shift = np.where(is_dip, 0.5 * (left - right) / np.where(is_dip, bend, 1.0), 0.0)
    depth = np.where(is_dip, np.maximum(middle - 0.25 * (left - right) * shift, 0.0), np.inf)
    before = np.minimum.accumulate(depth, axis=1)
    before = np.concatenate([np.full((len(dips), 1), np.inf), before[:, :-1]], axis=1)
    # A threshold chooses the first dip below it: a dip's weight is the share of thresholds between its own
    # depth and that of the deepest one before it.
    weight = np.where(depth < before, _share_below(before) - _share_below(depth), 0.0)
    deepest = np.argmin(depth, axis=1)
    rows = np.flatnonzero(np.isfinite(depth.min(axis=1)))
    weight[rows, deepest[rows]] += _NO_DIP * _share_below(depth[rows, deepest[rows]])
    frame, lag = np.nonzero(weight > 0)
    hz = sample_rate / (lag + shortest + shift[frame, lag])
    state = np.round(12 * _PER_SEMITONE * np.log2(hz / limits[0])).astype(int)
    inside = (state >= 0) & (state < states)
    frame, lag, hz, state = frame[inside], lag[inside], hz[inside], state[inside]
    likely, exact = np.zeros((len(dips), states)), np.zeros((len(dips), states))
    np.add.at(likely, (frame, state), weight[frame, lag])
    exact[frame, state] = hz
    return likely, exact


def _share_below(threshold: np.ndarray) -> np.ndarray:
    """The share of thresholds below a value: the distribution function of Beta(2, 18)."""
    x = np.clip(threshold, 0.0, 1.0)
    return np.asarray(1 - (1 - x) ** _BETA * (1 + _BETA * x))


def _path(likely: np.ndarray, reach: int) -> np.ndarray:
    """The best path [F] through states 0..K-1 (pitches) and K (no pitch), gliding at most `reach` states a frame."""
    count, states = likely.shape
    if not count:
        return np.zeros(0, int)
    glide = np.log((reach + 1 - np.abs(np.arange(-reach, reach + 1))) / (reach + 1) ** 2)
    stay, switch = np.log(1 - _SWITCH), np.log(_SWITCH)
    with np.errstate(divide="ignore"):
        seen = np.log(np.maximum(likely, 1e-12))
        # "No pitch" stands for as many unseen pitches as there are, and glides nowhere.
        unseen = np.log(np.maximum(1 - likely.sum(axis=1), 1e-12) / states) + glide.max()
    best, none = seen[0] + np.log(0.5 / states), unseen[0] + np.log(0.5)
    came, came_none = np.zeros((count, states), np.int32), np.zeros(count, np.int32)
    padded = np.full(states + 2 * reach, -np.inf)
    view = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1)
    at = np.arange(states)
    for f in range(1, count):
        padded[reach : reach + states] = best
        scores = view + glide
        pick = scores.argmax(axis=1)
        on = scores[at, pick] + stay
        begun = none + switch - np.log(states)
        came[f] = np.where(on >= begun, at + pick - reach, states)
        top = int(best.argmax())
        ended, still = best[top] + switch, none + stay
        came_none[f] = states if still >= ended else top
        best, none = seen[f] + np.maximum(on, begun), unseen[f] + max(still, ended)
    path = np.zeros(count, int)
    path[-1] = states if none > best.max() else int(best.argmax())
    for f in range(count - 1, 0, -1):
        path[f - 1] = came_none[f] if path[f] == states else came[f, path[f]]
    return path


def _nearest_candidate(exact: np.ndarray, path: np.ndarray, low: float) -> np.ndarray:
    """The exact frequency [F] at or beside the state of each frame, the state's own where there is none."""
    chosen = low * 2.0 ** (path / (12 * _PER_SEMITONE))
    for off in (2, -2, 1, -1, 0):
        state = np.clip(path + off, 0, exact.shape[1] - 1)
        found = exact[np.arange(len(path)), state]
        chosen = np.where(found > 0, found, chosen)
    return np.asarray(chosen)
