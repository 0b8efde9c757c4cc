"""Keyword spotting: misses against false alarms an hour.

A score rises and falls again and again; what counts is its peaks, `apart` s from each other at least. A phrase is missed when no
peak near it reaches the border; every peak in speech that does not hold it, and reaches the border, is a false alarm. The curve
of both over all borders is the DET curve of the field, with alarms an hour in the place of a rate.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

APART = 1.0  # s
_FLOOR = 0.02  # peaks below this are not kept
_LEAST = 0.05  # no border lies below


def peaks(scores: np.ndarray, hop: float, apart: float = APART, floor: float = _FLOOR) -> list[tuple[float, float]]:
    """(time in s, score) of the peaks of scores [F], the highest first served: none lies nearer than `apart` s to a higher one."""
    found: list[tuple[float, float]] = []
    taken = np.zeros(len(scores), bool)
    reach = max(1, round(apart / hop))
    above = np.flatnonzero(scores >= floor)
    for frame in above[np.argsort(-scores[above], kind="stable")]:
        if not taken[frame]:
            found.append(((int(frame) + 1) * hop, float(scores[frame])))
            taken[max(0, frame - reach + 1) : frame + reach] = True
    return sorted(found)


def alarms_per_hour(found: Sequence[tuple[float, float]], border: float, hours: float) -> float:
    """False alarms an hour among peaks of sound without the phrase. NaN when nothing was heard."""
    return sum(score >= border for _, score in found) / hours if hours else float("nan")


def border(scores: np.ndarray, hop: float, per_hour: float, least: float = _LEAST) -> float:
    """The least border, `least` or above, at which scores [F] of sound without the phrase give at most so many false alarms an
    hour."""
    found = sorted((score for _, score in peaks(scores, hop, floor=min(least, _FLOOR))), reverse=True)
    allowed = int(per_hour * len(scores) * hop / 3600)
    return float(min(max(least, found[allowed] + 1e-6), 1.0)) if len(found) > allowed else least


def det(hits: Sequence[float], alarms: Sequence[float], hours: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Borders [K], misses [K] (share) and false alarms an hour [K], from the strictest border on.

    `hits`: the highest score near each phrase that was said (0 = none); `alarms`: the peaks where none was.
    """
    said, other = np.sort(np.asarray(hits, float)), np.sort(np.asarray(alarms, float))
    borders = np.concatenate([[np.inf], np.unique(np.concatenate([said, other]))[::-1]])
    missed = np.searchsorted(said, borders, side="left") / max(1, len(said))
    wrong = (len(other) - np.searchsorted(other, borders, side="left")) / hours if hours else np.full(len(borders), np.nan)
    return borders, missed, wrong


def misses_at(hits: Sequence[float], alarms: Sequence[float], hours: float, per_hour: float) -> float:
    """The share of phrases missed at the least border with at most so many false alarms an hour; NaN without phrases or hours."""
    if not len(hits) or not hours:
        return float("nan")
    _, missed, wrong = det(hits, alarms, hours)
    return float(missed[wrong <= per_hour + 1e-9].min())
