"""Spectral envelopes as some forty numbers: the cosine transform of their logarithm on the mel scale, and back."""

from __future__ import annotations

import functools

import numpy as np

from aural.sound.mel import hz_to_mel
from aural.sound.mfcc import cosines

GRID = 160  # points on the mel scale
_FLOOR = 1e-12


@functools.lru_cache(maxsize=8)
def _maps(sample_rate: int, bins: int, warp: float) -> tuple[np.ndarray, np.ndarray]:
    """[bins, grid] from frequencies to the even grid in mel, and [grid, bins] back, the latter with frequencies moved by `warp`."""
    top = hz_to_mel(sample_rate / 2)
    hertz = np.linspace(0, sample_rate / 2, bins)
    mels = np.linspace(0, float(top), GRID)
    there = np.stack([np.interp(mels, hz_to_mel(hertz), row) for row in np.eye(bins)])
    moved = np.clip(hz_to_mel(hertz / warp), 0, top)
    back = np.stack([np.interp(moved, mels, row) for row in np.eye(GRID)])
    return there, back


def encode(power: np.ndarray, *, sample_rate: int, order: int) -> np.ndarray:
    """Powers [F, bins] -> cepstra [F, order], the first one that of the loudness."""
    there, _ = _maps(sample_rate, power.shape[1], 1.0)
    return np.asarray(np.log(np.maximum(power, _FLOOR)) @ there @ cosines(GRID, n_out=order).T)


def decode(cepstra: np.ndarray, *, sample_rate: int, bins: int, warp: float = 1.0) -> np.ndarray:
    """Cepstra [F, order] -> log powers [F, bins]; `warp` 1.1 moves all resonances up by a tenth."""
    _, back = _maps(sample_rate, bins, warp)
    return np.asarray(cepstra @ cosines(GRID, n_out=cepstra.shape[1]) @ back)
