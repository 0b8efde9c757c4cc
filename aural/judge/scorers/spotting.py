"""Keywords: misses against false alarms an hour, at the card's borders and along the DET curve."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aural.corpora.manifest import Clip
from aural.judge.figures import Figure, Item
from aural.judge.terms import Names, Terms
from aural.metrics.spotting import misses_at, peaks
from aural.results import Result

VERBS = ("spot",)
# Scores over time are what the curve is made of.
OPTIONS: Mapping[str, Mapping[str, Any]] = {"spot": {"scores": True}}
HEADLINE = "miss_rate"
_NEAR = 0.75  # s behind the end of a phrase in which its peak may lie


def fits(clip: Clip, verb: str) -> bool:
    """Every recording tells something: a phrase that was said, or that none was."""
    return True


def item(clip: Clip, answer: Result | None, terms: Terms, names: Names) -> dict[str, Any]:
    """Of one recording: for each phrase that was said whether it was found and its highest score; false alarms; peaks that must
    not count; hours."""
    curves = {names.of(c.name): c for c in (answer.curves or () if answer else ())}
    found = list(answer.events or ()) if answer else []
    said = _said(clip, tuple(curves), names)
    hours = (clip.duration or (answer.recording.duration if answer else None) or 0.0) / 3600
    top, hits, spans = [], 0, []
    for label, start, end in said:
        spans.append((label, start, end + _NEAR))
        own = curves[label]
        inside = [s for t, s in peaks(own.values, own.hop, floor=0.0) if start <= t <= end + _NEAR]
        top.append(max(inside, default=0.0))
        hits += any(names.of(e.label) == label and start < e.end <= end + _NEAR for e in found)
    wrong = sum(not any(names.of(e.label) == label and start < e.end <= end for label, start, end in spans) for e in found)
    others = [score for name, curve in curves.items() for t, score in peaks(curve.values, curve.hop)
              if not any(name == label and start <= t <= end for label, start, end in spans)]  # fmt: skip
    return {
        "said": len(said),
        "hits": hits,
        "missed": len(said) - hits,
        "wrong": wrong,
        "top": top,
        "others": others,
        "hours": hours,
    }


def _said(clip: Clip, known: Sequence[str], names: Names) -> list[tuple[str, float, float]]:
    """(phrase, start, end) of those that the model knows; a label without times stands for the whole clip."""
    if clip.events is not None:
        return [(names.of(e.label), e.start - clip.start, e.end - clip.start) for e in clip.events if names.of(e.label) in known]
    return [(names.of(label), 0.0, clip.duration or 1e9) for label in clip.labels if names.of(label) in known]


def _at(per_hour: float) -> Figure:
    def value(items: Sequence[Item]) -> float:
        return misses_at([t for i in items for t in i["top"]], [o for i in items for o in i["others"]],
                         sum(i["hours"] for i in items), per_hour)  # fmt: skip

    return Figure(value)


FIGURES = {
    "miss_rate": Figure(part="missed", whole="said"),
    "false_alarms_per_hour": Figure(part="wrong", whole="hours", percent=False),
    "misses_at_half_an_hour": _at(0.5),
    "misses_at_one_in_ten_hours": _at(0.1),
}
