"""Polyphonic sound detection score: sound events judged over all thresholds at once, by how much they intersect.

A detection is relevant when at least `dtc` of it lies in true events of its label, else it is a false positive; a true event is
found when at least `gtc` of it lies in relevant detections; a false positive that lies to at least `cttc` in events of another
label cross-triggers that label. Over the thresholds each label has a curve of found share against effective false positives an
hour (cross-triggers added, `alpha_ct`); the score is the area, up to `most` an hour, under the mean of the curves over labels
less `alpha_st` times their deviation. 1 = perfect.
Source: Bilen et al. 2020 (arXiv:1910.08440), as in psds_eval 0.5.3.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from aural.results import Event

THRESHOLDS = tuple(round(0.01 + 0.02 * k, 2) for k in range(50))


@dataclass(frozen=True)
class Scenario:
    """What is asked: the two of DCASE are `REACT` (know quickly and exactly) and `TELL` (do not confuse sounds)."""

    dtc: float = 0.7
    gtc: float = 0.7
    cttc: float = 0.3
    alpha_ct: float = 0.0
    alpha_st: float = 1.0
    most: float = 100.0


REACT = Scenario()
TELL = Scenario(0.1, 0.1, 0.3, 0.5, 1.0, 100.0)


@dataclass(frozen=True, eq=False)
class Counts:
    """Sums over recordings for K labels and P thresholds: found [P, K], false [P, K], crossed [P, K, K] (row = label that was
    told), true events [K], seconds of each label [K], and seconds in all."""

    found: np.ndarray
    false: np.ndarray
    crossed: np.ndarray
    true: np.ndarray
    lasting: np.ndarray
    seconds: float

    def __add__(self, other: Counts) -> Counts:
        return Counts(*(getattr(self, f) + getattr(other, f) for f in self.__dataclass_fields__))


def counts(
    reference: Sequence[Event], told: Mapping[float, Sequence[Event]], labels: Sequence[str], seconds: float,
    scenario: Scenario = REACT,
) -> Counts:  # fmt: skip
    """Counts of one recording of `seconds`; `told` maps each threshold to what is detected at it."""
    size, points = len(labels), sorted(told)
    found, false = np.zeros((len(points), size), int), np.zeros((len(points), size), int)
    crossed = np.zeros((len(points), size, size), int)
    true = {name: [e for e in reference if e.label == name] for name in labels}
    for p, threshold in enumerate(points):
        for k, name in enumerate(labels):
            detected = [e for e in told[threshold] if e.label == name]
            relevant = [d for d in detected if _inside(d, true[name]) >= scenario.dtc]
            wrong = [d for d in detected if _inside(d, true[name]) < scenario.dtc]
            found[p, k] = sum(_inside(t, relevant) >= scenario.gtc for t in true[name])
            false[p, k] = len(wrong)
            for j, other in enumerate(labels):
                if j != k:
                    crossed[p, k, j] = sum(_inside(d, true[other]) >= scenario.cttc for d in wrong)
    lasting = np.array([sum(e.duration for e in true[name]) for name in labels])
    return Counts(found, false, crossed, np.array([len(true[n]) for n in labels]), lasting, seconds)


def psds(summed: Counts, scenario: Scenario = REACT) -> float:
    """The score of summed counts, in [0, 1]; NaN where no label has a true event."""
    known = np.flatnonzero(summed.true)
    if not len(known) or not summed.seconds:
        return float("nan")
    curves = [_curve(summed, int(k), known, scenario) for k in known]
    edges = np.unique(np.concatenate([[0.0, scenario.most], *(x for x, _ in curves)]))
    edges = edges[edges <= scenario.most]
    rows = np.stack([_at(x, y, edges) for x, y in curves])
    effective = np.maximum(rows.mean(0) - scenario.alpha_st * rows.std(0), 0.0)
    return float((effective[:-1] * np.diff(edges)).sum() / scenario.most)


def _curve(summed: Counts, k: int, known: np.ndarray, scenario: Scenario) -> tuple[np.ndarray, np.ndarray]:
    """Effective false positives an hour and the found share of a label, both rising."""
    rate = summed.false[:, k] * 3600.0 / summed.seconds
    others = [int(j) for j in known if j != k and summed.lasting[j] > 0]
    if scenario.alpha_ct and others:
        crossed = np.stack([summed.crossed[:, k, j] * 3600.0 / summed.lasting[j] for j in others])
        rate = rate + scenario.alpha_ct * crossed.mean(0)
    share = summed.found[:, k] / summed.true[k]
    order = np.lexsort((share, rate))
    return rate[order], np.maximum.accumulate(share[order])


def _at(rates: np.ndarray, shares: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """The best share that is reached at each rate or below it; 0 before the first."""
    place = np.searchsorted(rates, edges, side="right") - 1
    return np.where(place >= 0, shares[np.maximum(place, 0)], 0.0)


def _inside(event: Event, others: Sequence[Event]) -> float:
    """The share of an event that lies in the others, each of which counts for itself."""
    return sum(event.overlap(o) for o in others) / event.duration + 1e-9
