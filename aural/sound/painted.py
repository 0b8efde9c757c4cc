"""A picture as sound: what its spectrogram shows is the picture."""

from __future__ import annotations

import numpy as np

from aural.errors import UsageError

_MOST_ROWS = 400
_PEAK = 0.5


def painted(
    levels: np.ndarray, *, seconds: float, top: float, sample_rate: int, rng: np.random.Generator, span: float = 60.0
) -> np.ndarray:
    """Samples [T] of a picture [H, W] of levels from 0 to 1: time goes right, frequency up to `top` (Hz), 1 is loudest.

    Each row is a sine whose amplitude follows the row: 1 is 0 dB, just above 0 is `span` dB lower, 0 is silence. Phases are
    drawn, so that the sines do not add up to a click.
    Raises: UsageError for no picture, no length, or frequencies that the rate cannot hold.
    """
    if levels.ndim != 2 or not levels.size or not seconds > 0 or not 0 < top <= sample_rate / 2:
        raise UsageError(
            f"a picture {levels.shape} of {seconds:g} s up to {top:g} Hz cannot be made at {sample_rate} Hz", where="picture",
            fix=f"Frequencies lie between 0 and {sample_rate / 2:g} Hz there, and a picture has points",
        )  # fmt: skip
    rows = levels[:: -(-len(levels) // _MOST_ROWS)][::-1]
    count = round(seconds * sample_rate)
    time, column = np.arange(count) / sample_rate, (np.arange(count) + 0.5) * levels.shape[1] / max(count, 1) - 0.5
    sound = np.zeros(count)
    for k, row in enumerate(np.clip(rows, 0.0, 1.0)):
        phase = rng.uniform(0, 2 * np.pi)
        if row.any():
            loud = np.where(row > 0, 10 ** (span * (row - 1) / 20), 0.0)
            hertz = top * (k + 0.5) / len(rows)
            sound += np.interp(column, np.arange(len(row)), loud) * np.sin(2 * np.pi * hertz * time + phase)
    peak = np.abs(sound).max(initial=0.0)
    return np.asarray(sound * (_PEAK / peak) if peak > 0 else sound, np.float32)
