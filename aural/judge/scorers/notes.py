"""F-measure of notes by onset and pitch, and with their ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aural.corpora.manifest import Clip
from aural.corpora.truths import notes_of
from aural.judge.figures import Figure, Item
from aural.judge.terms import Names, Terms
from aural.metrics._counts import Counts
from aural.metrics.notes import notes
from aural.results import Result

VERBS = ("notes",)
OPTIONS: Mapping[str, Mapping[str, Any]] = {}
HEADLINE = "note_f1"


def fits(clip: Clip, verb: str) -> bool:
    """True when the notes are known."""
    return clip.extra.get("notes") is not None


def item(clip: Clip, answer: Result | None, terms: Terms, names: Names) -> dict[str, Any]:
    """Hits, false alarms and misses of one recording."""
    true, told = notes_of(clip) or (), (answer.notes or () if answer else ())
    return {"onsets": _plain(notes(true, told)), "whole": _plain(notes(true, told, ends=True))}


def _plain(found: Counts) -> list[int]:
    return [found.hits, found.false_alarms, found.misses]


def _sum(items: Sequence[Item], key: str) -> Counts:
    return sum((Counts(*i[key]) for i in items), Counts())


FIGURES = {
    "note_f1": Figure(lambda items: _sum(items, "onsets").f1, better="higher"),
    "note_precision": Figure(lambda items: _sum(items, "onsets").precision, better="higher"),
    "note_recall": Figure(lambda items: _sum(items, "onsets").recall, better="higher"),
    "note_f1_with_ends": Figure(lambda items: _sum(items, "whole").f1, better="higher"),
}
