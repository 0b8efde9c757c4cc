"""Event-based and segment-based F1 of sounds over time, and PSDS where scores over time are told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from aural.corpora.manifest import Clip
from aural.corpora.truths import events_of
from aural.judge.figures import Figure, Item
from aural.judge.terms import Names, Terms
from aural.metrics import psds
from aural.metrics._counts import Counts
from aural.metrics.events import event_counts, segment_counts
from aural.results import Event, Result

VERBS = ("detect",)
# Scores over time are what PSDS is made of.
OPTIONS: Mapping[str, Mapping[str, Any]] = {"detect": {"scores": True}}
HEADLINE = "event_f1"
SCORE = "score"  # the unit of curves that tell scores


def fits(clip: Clip, verb: str) -> bool:
    """True when the events are known (an empty list is known, too)."""
    return clip.events is not None


def item(clip: Clip, answer: Result | None, terms: Terms, names: Names) -> dict[str, Any]:
    """Hits, false alarms and misses of one recording; events of other labels than the data set's are left out."""
    reference = events_of(clip) or ()
    told = [replace(e, label=names.of(e.label)) for e in (answer.events or () if answer else ())]
    told = [e for e in told if e.label in names.classes]
    events = event_counts(reference, told, terms.event_collar, terms.event_share)
    steps = segment_counts(reference, told)
    return {"events": _plain(events), "steps": _plain(steps), "psds": _intersections(clip, answer, names)}


def _intersections(clip: Clip, answer: Result | None, names: Names) -> dict[str, Any] | None:
    """For each label what PSDS counts at each threshold; None where no scores over time are told."""
    curves = [c for c in (answer.curves or () if answer else ()) if c.unit == SCORE]
    seconds = clip.duration or (answer.recording.duration if answer else None)
    if not curves or not seconds:
        return None
    scores: dict[str, np.ndarray] = {}
    for curve in curves:
        name = names.of(curve.name)
        if name in names.classes:
            scores[name] = np.maximum(scores.get(name, 0.0), curve.values)
    hop = curves[0].hop
    told = {t: [e for name, row in scores.items() for e in _spans(row, t, name, hop, seconds)] for t in psds.THRESHOLDS}
    found = psds.counts(events_of(clip) or (), told, names.classes, seconds)
    return {
        "found": found.found.tolist(), "false": found.false.tolist(), "true": found.true.tolist(),
        "lasting": found.lasting.tolist(), "seconds": seconds,
    }  # fmt: skip


def _spans(scores: np.ndarray, threshold: float, name: str, hop: float, seconds: float) -> list[Event]:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], scores > threshold, [False]]).astype(np.int8)))
    pairs = zip(edges[::2] * hop, np.minimum(edges[1::2] * hop, seconds), strict=True)
    return [Event(float(a), float(b), name) for a, b in pairs if b > a]


def _plain(counts: Counts) -> list[int]:
    return [counts.hits, counts.false_alarms, counts.misses, counts.swapped]


def _sum(items: Sequence[Item], key: str) -> Counts:
    return sum((Counts(*i[key]) for i in items), Counts())


def _psds(items: Sequence[Item]) -> float:
    rows = [i["psds"] for i in items if i.get("psds")]
    if not rows:
        return float("nan")
    size = len(rows[0]["true"])
    nothing = np.zeros((len(psds.THRESHOLDS), size, size), int)  # this scenario asks for no cross-triggers
    parts = [
        psds.Counts(np.array(r["found"]), np.array(r["false"]), nothing, np.array(r["true"]), np.array(r["lasting"]), r["seconds"])
        for r in rows
    ]
    return psds.psds(sum(parts[1:], parts[0]))


FIGURES = {
    "event_f1": Figure(lambda items: _sum(items, "events").f1, better="higher"),
    "event_precision": Figure(lambda items: _sum(items, "events").precision, better="higher"),
    "event_recall": Figure(lambda items: _sum(items, "events").recall, better="higher"),
    "segment_f1": Figure(lambda items: _sum(items, "steps").f1, better="higher"),
    "segment_error_rate": Figure(lambda items: _sum(items, "steps").error_rate),
    "psds": Figure(_psds, better="higher"),
}
