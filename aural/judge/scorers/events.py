"""Event-based and segment-based F1 of sounds over time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from aural.corpora.manifest import Clip
from aural.judge.figures import Figure, Item
from aural.judge.terms import Names, Terms
from aural.metrics.events import Counts, event_counts, segment_counts
from aural.results import Result

VERBS = ("detect",)
OPTIONS: Mapping[str, Mapping[str, Any]] = {}
HEADLINE = "event_f1"


def fits(clip: Clip, verb: str) -> bool:
    """True when the events are known (an empty list is known, too)."""
    return clip.events is not None


def item(clip: Clip, answer: Result | None, terms: Terms, names: Names) -> dict[str, Any]:
    """Hits, false alarms and misses of one recording; events of other labels than the data set's are left out."""
    reference = clip.events or ()
    told = [replace(e, label=names.of(e.label)) for e in (answer.events or () if answer else ())]
    told = [e for e in told if e.label in names.classes]
    events = event_counts(reference, told, terms.event_collar, terms.event_share)
    steps = segment_counts(reference, told)
    return {"events": _plain(events), "steps": _plain(steps)}


def _plain(counts: Counts) -> list[int]:
    return [counts.hits, counts.false_alarms, counts.misses, counts.swapped]


def _sum(items: Sequence[Item], key: str) -> Counts:
    return sum((Counts(*i[key]) for i in items), Counts())


FIGURES = {
    "event_f1": Figure(lambda items: _sum(items, "events").f1, better="higher"),
    "event_precision": Figure(lambda items: _sum(items, "events").precision, better="higher"),
    "event_recall": Figure(lambda items: _sum(items, "events").recall, better="higher"),
    "segment_f1": Figure(lambda items: _sum(items, "steps").f1, better="higher"),
    "segment_error_rate": Figure(lambda items: _sum(items, "steps").error_rate),
}
