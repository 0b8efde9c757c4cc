"""A clip as one row of numbers: how its cepstrum, spectrum and level lie and move, what came before learned features."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from aural.errors import UsageError
from aural.sound import timbre
from aural.sound.mel import MelOptions
from aural.sound.mfcc import deltas, mfcc
from aural.sound.spectrum import Framing, as_float, spectrogram

_WINDOW, _HOP = 0.032, 0.010  # s
_LEVELS = (0.1, 0.5, 0.9)
_SHAPES = ("centroid", "bandwidth", "rolloff", "flatness", "slope", "zero crossings", "level")
_FAINT = 1e-5  # amplitude: what is fainter is told as the same level


@dataclass(frozen=True)
class StatisticsOptions:
    """`sample_rate` in Hz; `n` coefficients out of `n_mels` bands; `parts`: in so many equal parts of time the means
    are told once more, so that what comes first and what comes last are told apart (1 = not)."""

    sample_rate: int = 16000
    n: int = 20
    n_mels: int = 40
    parts: int = 1

    def __post_init__(self) -> None:
        if self.sample_rate < 2000 or not 1 <= self.n <= self.n_mels or not 1 <= self.parts <= 16:
            raise UsageError(
                f"rate {self.sample_rate}, {self.n} of {self.n_mels} bands and {self.parts} parts do not fit together",
                where="statistics", fix="Rates begin at 2000 Hz, and there are 1 to 16 parts",
            )  # fmt: skip


DEFAULT = StatisticsOptions()


def names(options: StatisticsOptions = DEFAULT) -> tuple[str, ...]:
    """What each number of `statistics` is, D names such as "mfcc 3 mean" or "centroid 90 %"."""
    tracks = [f"{kind} {k}" for kind in ("mfcc", "delta", "delta delta") for k in range(options.n)] + list(_SHAPES)
    kinds = ("mean", "deviation", *(f"{100 * q:.0f} %" for q in _LEVELS))
    found = [f"{track} {kind}" for kind in kinds for track in tracks]
    if options.parts > 1:
        still = tracks[: options.n] + list(_SHAPES)
        found += [f"{track} mean in part {p + 1} of {options.parts}" for p in range(options.parts) for track in still]
    return tuple(found)


def statistics(samples: ArrayLike, *, options: StatisticsOptions = DEFAULT) -> np.ndarray:
    """Samples [T] -> [D] float64: of each track over time its mean, deviation and 10, 50 and 90 % quantiles.

    Tracks are `n` cepstral coefficients, their slopes and second derivatives, and the shape of the spectrum
    (centroid, bandwidth, roll-off in kHz, flatness, slope in dB/octave), zero crossings and level in dB. Frames are
    32 ms long, one each 10 ms; a clip shorter than a frame is filled up with zeros, and silence gives finite numbers.
    Raises: UsageError unless samples are [T].
    """
    array = as_float(samples)
    if array.ndim != 1:
        raise UsageError(f"statistics are told of samples [T], not {array.shape}", where="statistics")
    framing = Framing.of_seconds(options.sample_rate, window=_WINDOW, hop=_HOP)
    if len(array) < framing.n_fft:
        array = np.pad(array, (0, framing.n_fft - len(array)))
    cepstrum = _cepstrum(array, options, framing)
    shape = _shape(array, options.sample_rate, framing)[:, : cepstrum.shape[1]]
    moved = [deltas(cepstrum, width=9, order=k, edges="repeat") for k in (1, 2)]
    tracks = np.concatenate([cepstrum, *moved, shape]).astype(np.float64)
    found = [tracks.mean(axis=1), tracks.std(axis=1), *np.quantile(tracks, _LEVELS, axis=1)]
    if options.parts > 1:
        still = np.concatenate([cepstrum, shape]).astype(np.float64)
        found += [piece.mean(axis=1) for piece in _parts(still, options.parts)]
    return np.concatenate(found)


def _cepstrum(array: np.ndarray, options: StatisticsOptions, framing: Framing) -> np.ndarray:
    mel = MelOptions(sample_rate=options.sample_rate, n_fft=framing.n_fft, hop=framing.hop, n_mels=options.n_mels,
                     f_min=20.0, center=False)  # fmt: skip
    return mfcc(array, n=options.n, options=mel, top_db=80.0)


def _shape(array: np.ndarray, rate: int, framing: Framing) -> np.ndarray:
    """[7, F] in the order of the names."""
    plain = Framing(framing.n_fft, framing.hop, center=False)
    amplitude = spectrogram(array, framing=plain, exponent=1.0)
    hz = plain.frequencies(rate)
    cut = np.lib.stride_tricks.sliding_window_view(array, plain.n_fft)[:: plain.hop]
    crossings = (np.diff(cut < -1e-10, axis=1) != 0).mean(axis=1)
    level = 20 * np.log10(np.maximum(np.sqrt((cut.astype(np.float64) ** 2).mean(axis=1)), _FAINT))
    return np.stack([
        timbre.centroid(amplitude, frequencies=hz) / 1000, timbre.bandwidth(amplitude, frequencies=hz) / 1000,
        timbre.rolloff(amplitude, frequencies=hz) / 1000, timbre.flatness(amplitude),
        timbre.slope(amplitude, frequencies=hz), crossings, level,
    ])  # fmt: skip


def _parts(tracks: np.ndarray, count: int) -> list[np.ndarray]:
    """Equal parts in time; with fewer frames than parts, neighbors share one."""
    length = tracks.shape[1]
    edges = [round(k * length / count) for k in range(count + 1)]
    return [tracks[:, min(a, length - 1) : max(b, min(a, length - 1) + 1)] for a, b in itertools.pairwise(edges)]
