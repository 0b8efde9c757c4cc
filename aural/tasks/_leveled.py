"""A sentence as loud as was asked for, as far as its peaks leave room."""

from __future__ import annotations

import math

import numpy as np

from aural.sound.loudness import loudness

_PEAK = 0.98  # of full scale: room for what a lossy format adds


def leveled(samples: np.ndarray, sample_rate: int, lufs: float | None) -> np.ndarray:
    """Samples [T] at an integrated loudness (LUFS); as they are for None and in silence, softer where they would clip."""
    heard = loudness(samples, sample_rate=sample_rate) if lufs is not None and len(samples) else -math.inf
    if lufs is None or heard == -math.inf:
        return samples
    gain = min(10 ** ((lufs - heard) / 20), _PEAK / float(np.abs(samples).max()))
    return (samples * gain).astype(samples.dtype)
