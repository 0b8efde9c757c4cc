"""Notes and moments found: F-measure of onsets, and of notes by onset and pitch, with or without their ends.

Conventions: an answer is right when its onset lies within `tolerance` s of a true one (50 ms), its pitch within a quarter of a
tone (50 cents), and, where ends count, its end within 50 ms or a fifth of the true length, whichever is longer; answers and
truths are paired one to one so that most are right. Several recordings are summed before dividing.
Source: the conventions of MIREX as in mir_eval.onset and mir_eval.transcription.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from aural.metrics._assignment import assign
from aural.metrics._counts import Counts
from aural.results import Note

_EDGE = 1e-6  # s: times are written with three to six digits


def moments(true: Sequence[float], told: Sequence[float], tolerance: float = 0.05) -> Counts:
    """Right, false and missed moments (s). Both are walked in order, which pairs as many as can be paired."""
    left, right = sorted(true), sorted(told)
    i = j = hits = 0
    while i < len(left) and j < len(right):
        if abs(left[i] - right[j]) <= tolerance + _EDGE:
            hits, i, j = hits + 1, i + 1, j + 1
        elif left[i] < right[j]:
            i += 1
        else:
            j += 1
    return Counts(hits, len(right) - hits, len(left) - hits)


def notes(true: Sequence[Note], told: Sequence[Note], tolerance: float = 0.05, ends: bool = False, share: float = 0.2) -> Counts:
    """Right, false and missed notes; `ends` asks for their ends, too."""
    if not true or not told:
        return Counts(0, len(told), len(true))
    start, end, pitch = (np.array([[getattr(n, f) for n in true]]).T for f in ("start", "end", "pitch"))
    fits = np.abs(start - np.array([n.start for n in told])) <= tolerance + _EDGE
    fits &= np.abs(pitch - np.array([n.pitch for n in told])) < 0.5 + _EDGE
    if ends:
        room = np.maximum(tolerance, share * (end - start)) + _EDGE
        fits &= np.abs(end - np.array([n.end for n in told])) <= room
    hits = sum(bool(fits[i, j]) for i, j in assign(-fits.astype(np.float64)))
    return Counts(hits, len(told) - hits, len(true) - hits)
