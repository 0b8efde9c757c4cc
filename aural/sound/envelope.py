"""What a voice's sound is made of, frame by frame: the spectral envelope without harmonics, and the share of noise in each band."""

from __future__ import annotations

import itertools

import numpy as np

from aural.errors import UsageError
from aural.sound.windows import window as taper

BAND_EDGES = (0.0, 1000.0, 2000.0, 4000.0, 6000.0, 8000.0, 12000.0, 24000.0)  # Hz
LEAST_NOISE, MOST_NOISE = 0.001, 0.999  # of a band's power
_UNVOICED = 500.0  # Hz, in whose place a frame without pitch is measured
_BLOCK = 256
_LIFT = -0.15  # Morise's q1
_FLOOR = 1e-12
_FINE = 2000.0  # Hz, above which bands are compared by their outline, since waves there no longer match from period to period


def size_of(sample_rate: int, low: float) -> int:
    """Points of the transform that hold three periods of the lowest pitch (Hz)."""
    return int(2 ** np.ceil(np.log2(3 * sample_rate / low + 1)))


def bands_of(sample_rate: int) -> np.ndarray:
    """The edges (Hz) [B + 1] of the bands in which noise is told, up to half the sample rate."""
    edges = [e for e in BAND_EDGES if e < 0.45 * sample_rate]
    return np.array([*edges, sample_rate / 2])


def envelope(samples: np.ndarray, pitch: np.ndarray, *, sample_rate: int, hop: float, n_fft: int) -> np.ndarray:
    """The power [F, n_fft // 2 + 1] of samples [T] at each frame (f * hop s), with the harmonics of `pitch` [F] (Hz, 0 = none)
    smoothed away. White noise of variance 1 has the power 1.

    Source: M. Morise, "CheapTrick, a spectral envelope estimator for high-quality speech synthesis", Speech Communication 67, 2015.
    Raises: UsageError when n_fft is shorter than three periods of the lowest pitch.
    """
    hertz = np.where(pitch > 0, pitch, _UNVOICED)
    if n_fft < 3 * sample_rate / hertz.min(initial=_UNVOICED):
        raise UsageError(f"{n_fft} points do not hold three periods of {hertz.min():.0f} Hz", where="envelope")
    found = np.empty((len(pitch), n_fft // 2 + 1), np.float32)
    half = n_fft // 2
    padded = np.pad(np.asarray(samples, np.float64), (half, half + n_fft))
    middle = np.round(np.arange(len(pitch)) * hop * sample_rate).astype(int)
    for at in range(0, len(pitch), _BLOCK):
        rows, own = middle[at : at + _BLOCK], hertz[at : at + _BLOCK]
        reach = int(np.ceil(1.5 * sample_rate / own.min()))
        offsets = np.arange(-reach, reach + 1)
        place = offsets[None] * own[:, None] / (1.5 * sample_rate)
        weights = np.where(np.abs(place) <= 1, 0.5 + 0.5 * np.cos(np.pi * place), 0.0)
        weights /= np.sqrt((weights**2).sum(axis=1, keepdims=True))
        cut = padded[np.clip(rows[:, None] + offsets[None] + half, 0, len(padded) - 1)]
        part = cut * weights
        part -= weights * (part.sum(axis=1, keepdims=True) / weights.sum(axis=1, keepdims=True))
        power = np.abs(np.fft.rfft(part, n_fft, axis=1)) ** 2
        found[at : at + _BLOCK] = _smoothed(power, own, sample_rate)
    return found


def _smoothed(power: np.ndarray, hertz: np.ndarray, sample_rate: int) -> np.ndarray:
    """Powers [F, D] without what repeats every `hertz` [F]."""
    bins = power.shape[1]
    step = sample_rate / (2 * (bins - 1))
    width = 2 * hertz / 3 / step  # in bins
    reach = int(np.ceil(width.max())) + 1
    # what lies below the pitch is mirrored up from above it
    low = np.arange(bins)[None] * step
    mirrored = np.clip((hertz[:, None] - low) / step, 0, bins - 1)
    power = np.where(low < hertz[:, None], power + _at(power, mirrored), power)
    wide = np.concatenate([power[:, reach:0:-1], power, power[:, -2 : -reach - 3 : -1]], axis=1)
    sums = np.concatenate([np.zeros((len(power), 1)), np.cumsum(wide, axis=1)], axis=1)
    middle = np.arange(bins)[None] + reach + 0.5
    smooth = (_at(sums, middle + width[:, None] / 2) - _at(sums, middle - width[:, None] / 2)) / width[:, None]
    log = np.log(np.maximum(smooth, _FLOOR))
    cepstrum = np.fft.irfft(log, axis=1)
    count = cepstrum.shape[1]
    time = np.minimum(np.arange(count), count - np.arange(count))[None] / sample_rate
    lifter = np.sinc(hertz[:, None] * time) * (1 - 2 * _LIFT + 2 * _LIFT * np.cos(2 * np.pi * hertz[:, None] * time))
    return np.asarray(np.exp(np.fft.rfft(cepstrum * lifter, axis=1).real))


def _at(rows: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Rows [F, D] read at places [F, K] between their numbers."""
    low = np.clip(places.astype(int), 0, rows.shape[1] - 2)
    share = places - low
    return np.asarray(np.take_along_axis(rows, low, 1) * (1 - share) + np.take_along_axis(rows, low + 1, 1) * share)


def noisiness(samples: np.ndarray, pitch: np.ndarray, *, sample_rate: int, hop: float) -> np.ndarray:
    """The share of noise in the power of each band [F, B], 1 where `pitch` [F] (Hz) is 0.

    A band repeats after a period as far as it is no noise; low bands are compared as waves, high ones by their outline.
    Source: A. McCree and T. Barnwell, "A mixed excitation LPC vocoder", IEEE Trans. Speech and Audio Proc. 3, 1995.
    """
    edges = bands_of(sample_rate)
    found = np.full((len(pitch), len(edges) - 1), MOST_NOISE, np.float32)
    rows = np.flatnonzero(pitch > 0)
    if not len(rows) or not len(samples):
        return found
    count = 1 << (len(samples) - 1).bit_length()
    spectrum = np.fft.rfft(samples, count)
    hertz = np.arange(len(spectrum)) * sample_rate / count
    for band, (low, high) in enumerate(itertools.pairwise(edges)):
        own = np.where((hertz >= low) & (hertz < high), spectrum, 0)
        wave = np.fft.irfft(own, count)[: len(samples)]
        if low >= _FINE:
            turned = np.fft.irfft(-1j * own, count)[: len(samples)]
            wave = np.hypot(wave, turned)
        likeness = _likeness(wave, rows, pitch[rows], sample_rate, hop, outline=low >= _FINE)
        # outlines are never alike as waves are, however clean the voice
        share = (1 - likeness) ** 2 if low >= _FINE else 1 - likeness
        found[rows, band] = np.clip(share, LEAST_NOISE, MOST_NOISE)
    return found


def _likeness(wave: np.ndarray, rows: np.ndarray, pitch: np.ndarray, sample_rate: int, hop: float, outline: bool) -> np.ndarray:
    """How like two periods around each frame are to the two one period later [N], 0 to 1."""
    period = sample_rate / pitch
    steps = np.linspace(-1.5, 0.5, 96)[None] * period[:, None]
    begin = rows[:, None] * hop * sample_rate + steps
    limit = len(wave) - 2

    def at(places: np.ndarray) -> np.ndarray:
        clipped = np.clip(places, 0, limit)
        low = clipped.astype(int)
        share = clipped - low
        return np.asarray(wave[low] * (1 - share) + wave[low + 1] * share)

    first = at(begin)
    first = first - first.mean(axis=1, keepdims=True) if outline else first
    best = np.zeros(len(rows))
    for shift in (0.985, 1.0, 1.015):
        second = at(begin + shift * period[:, None])
        second = second - second.mean(axis=1, keepdims=True) if outline else second
        scale = np.sqrt((first**2).sum(axis=1) * (second**2).sum(axis=1)) + 1e-12
        best = np.maximum(best, (first * second).sum(axis=1) / scale)
    return best


def band_weights(sample_rate: int, bins: int) -> np.ndarray:
    """[B, bins]: how much each band's number counts at each frequency; it goes over from band to band."""
    edges = bands_of(sample_rate)
    middles = (edges[:-1] + edges[1:]) / 2
    hertz = np.linspace(0, sample_rate / 2, bins)
    return np.stack([np.interp(hertz, middles, np.eye(len(middles))[k]) for k in range(len(middles))])


def fade(length: int) -> np.ndarray:
    """A rise [length] from 0 to 1, whose square and that of its mirror image sum to 1."""
    return np.asarray(np.sqrt(taper("hann", length=2 * length)[:length]))
