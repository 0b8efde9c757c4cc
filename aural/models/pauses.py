"""Puts silence between words of made speech, where it is quietest."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from aural.results import Word

_FINE = 0.005  # s, over which the level is taken and the edges are faded
QUIET = 0.003  # root mean square of what counts as silence already


def with_pauses(
    samples: np.ndarray, words: Sequence[Word], pauses: Sequence[float], sample_rate: int
) -> tuple[np.ndarray, tuple[Word, ...]]:
    """samples [T] -> longer ones with at least `pauses` (s) of silence after each word, and the words moved along.

    The silence between two words that is there already counts; what follows the last word is not looked at.
    """
    parts, moved, begin, shift = [], [], 0, 0.0
    for n, (word, pause) in enumerate(zip(words, pauses, strict=True)):
        moved.append(dataclasses.replace(word, start=word.start + shift, end=word.end + shift))
        if not pause:
            continue
        if n + 1 == len(words):
            cut, missing = len(samples), pause
        else:
            first, last = (round((w.start + w.end) / 2 * sample_rate) for w in (word, words[n + 1]))
            cut, there = _quietest(samples, first, last, sample_rate)
            missing = max(0.0, pause - there)
        parts += [_faded(samples[begin:cut], sample_rate), np.zeros(round(missing * sample_rate), samples.dtype)]
        begin, shift = cut, shift + round(missing * sample_rate) / sample_rate
    return np.concatenate([*parts, samples[begin:]]), tuple(moved)


def _quietest(samples: np.ndarray, begin: int, end: int, sample_rate: int) -> tuple[int, float]:
    """The sample in [begin, end) around which it is quietest, and how long (s) it is silent there."""
    step = round(_FINE * sample_rate)
    count = max(1, (end - begin) // step)
    levels = np.array([np.sqrt(np.mean(samples[begin + i * step : begin + (i + 1) * step] ** 2)) for i in range(count)])
    silent = np.flatnonzero(levels < QUIET)
    if len(silent):  # the middle of the silence
        return begin + int(silent[len(silent) // 2]) * step, len(silent) * _FINE
    return begin + int(levels.argmin()) * step, 0.0


def _faded(samples: np.ndarray, sample_rate: int) -> np.ndarray:
    """The samples with their last 5 ms faded out, so that silence may follow."""
    out = samples.copy()
    count = min(len(out), round(_FINE * sample_rate))
    out[len(out) - count :] *= np.linspace(1, 0, count, dtype=out.dtype)
    return out
