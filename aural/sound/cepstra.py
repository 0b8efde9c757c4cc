"""Cepstra as recognizers of phones hear them: one vector each 10 ms, without the mean of the voice, with what is around it.

Frame f stands for [f * hop, (f + 1) * hop): a boundary between two frames is a time in the recording.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from aural.settings import option
from aural.sound.fbank import kaldi_fbank
from aural.sound.mfcc import cosines, deltas

HOP = 0.01  # s
QUIET = 1e-5  # root mean square of a very quiet room: the step of 16 bits is three times as large
_LIFTER = 22.0
_WINDOW = 0.025  # s


@dataclass(frozen=True)
class Cepstra:
    """How cepstra are made."""

    sample_rate: int = option(16000, "recordings are brought to this rate", unit="Hz", least=8000, most=48000)
    n_mels: int = option(24, "bands of the filter bank", least=13, most=80)
    n_mfcc: int = option(13, "cepstral coefficients", least=5, most=40)
    depth: float = option(
        40.0, "what is softer than this below the voice, band by band, is not heard", unit="dB", least=5, most=100
    )


def bands(samples: np.ndarray, options: Cepstra) -> np.ndarray:
    """Natural logarithms of the energy in mel bands, float32 [F, M], of mono samples [T]; F = T // hop.

    Each is at least that of the faint noise of a quiet room: digital silence would be like nothing that was learned from.
    """
    hop = round(options.sample_rate * HOP)
    room = (round(options.sample_rate * _WINDOW) - hop) // 2
    frames = len(samples) // hop
    if frames < 1:
        return np.zeros((0, options.n_mels), np.float32)
    padded = np.pad(np.asarray(samples, np.float32), (room, room + hop), mode="symmetric" if len(samples) > room + hop else "edge")
    found = kaldi_fbank(padded, options.n_mels, sample_rate=options.sample_rate, window="povey")[:frames]
    return np.asarray(np.logaddexp(found, _quiet(options.n_mels, options.sample_rate)), np.float32)


@cache
def _quiet(n_mels: int, sample_rate: int) -> np.ndarray:
    """The bands [M] of white noise of the size `QUIET`, the mean over a second."""
    noise = QUIET * np.random.default_rng(0).standard_normal(sample_rate)
    energy = np.exp(kaldi_fbank(noise.astype(np.float32), n_mels, sample_rate=sample_rate, window="povey"))
    return np.asarray(np.log(energy.mean(axis=0)), np.float32)


def loud(found: np.ndarray) -> np.ndarray:
    """Which frames [F] of bands [F, M] are nearer to the loud ones than to the soft ones: those that hold the voice."""
    level = found.mean(axis=1)
    low, high = np.percentile(level, [5, 95])
    return np.asarray(level >= (low + high) / 2)


def usual(several: Sequence[np.ndarray]) -> np.ndarray:
    """The mean [M] over the loud frames of one voice's recordings, each [F, M]: what throat and microphone add to all."""
    return np.asarray(np.concatenate([one[loud(one)] for one in several if len(one)]).mean(axis=0))


def cepstra(found: np.ndarray, mean: np.ndarray, options: Cepstra) -> np.ndarray:
    """Cepstra float32 [F, N] of bands [F, M] without the mean [M] of their voice; coefficient 0 tells the level.

    What lies far below the voice in a band is filled up, so that digital silence and a quiet room are alike for every voice.
    Source: S. Davis and P. Mermelstein, "Comparison of parametric representations for monosyllabic word recognition", 1980.
    """
    floor = np.float32(-options.depth / 10 * np.log(10))
    filled = np.logaddexp(found - mean.astype(np.float32), floor)
    lift = 1 + _LIFTER / 2 * np.sin(np.pi * np.arange(options.n_mfcc) / _LIFTER)
    matrix = cosines(options.n_mels, n_out=options.n_mfcc) * lift[:, None]
    return np.asarray(filled @ matrix.T.astype(np.float32))


def with_deltas(found: np.ndarray) -> np.ndarray:
    """Cepstra [F, N] with their slopes and the slopes of these: [F, 3 N]."""
    first = deltas(found.T, width=5, edges="repeat").T
    second = deltas(first.T, width=5, edges="repeat").T
    return np.concatenate([found, first, second], axis=1).astype(np.float32)


def spliced(found: np.ndarray, around: int) -> np.ndarray:
    """Each frame [F, N] with `around` frames on both sides: [F, (2 around + 1) N]; the ends are repeated."""
    count = len(found)
    places = np.clip(np.arange(count)[:, None] + np.arange(-around, around + 1), 0, max(count - 1, 0))
    return np.ascontiguousarray(found[places].reshape(count, -1))
