"""F-measure of moments (onsets) at a tolerance of 50 ms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aural.corpora.manifest import Clip
from aural.corpora.truths import times_of
from aural.judge.figures import Figure, Item
from aural.judge.terms import Names, Terms
from aural.metrics._counts import Counts
from aural.metrics.notes import moments
from aural.results import Result

VERBS = ("onsets",)
OPTIONS: Mapping[str, Mapping[str, Any]] = {}
HEADLINE = "onset_f1"


def fits(clip: Clip, verb: str) -> bool:
    """True when the moments are known."""
    return clip.extra.get("times") is not None


def item(clip: Clip, answer: Result | None, terms: Terms, names: Names) -> dict[str, Any]:
    """Hits, false alarms and misses of one recording."""
    true = times_of(clip)
    assert true is not None
    found = moments(true.tolist(), [e.start for e in (answer.events or () if answer else ())])
    return {"counts": [found.hits, found.false_alarms, found.misses]}


def _sum(items: Sequence[Item]) -> Counts:
    return sum((Counts(*i["counts"]) for i in items), Counts())


FIGURES = {
    "onset_f1": Figure(lambda items: _sum(items).f1, better="higher"),
    "onset_precision": Figure(lambda items: _sum(items).precision, better="higher"),
    "onset_recall": Figure(lambda items: _sum(items).recall, better="higher"),
}
