"""Raw pitch accuracy of pitch curves, with voicing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from aural.corpora.manifest import Clip
from aural.corpora.truths import pitch_of
from aural.judge.figures import Figure, Item
from aural.judge.terms import Names, Terms
from aural.metrics.pitch import Counts, counts
from aural.results import Curve, Result

VERBS = ("pitch",)
OPTIONS: Mapping[str, Mapping[str, Any]] = {}
HEADLINE = "raw_pitch_accuracy"


def fits(clip: Clip, verb: str) -> bool:
    """True when the row has a curve of pitch."""
    return clip.extra.get("pitch") is not None


def item(clip: Clip, answer: Result | None, terms: Terms, names: Names) -> dict[str, Any]:
    """Frames of the truth, each beside the answer's nearest."""
    true = pitch_of(clip)
    assert true is not None
    told = next((c for c in (answer.curves or () if answer else ()) if c.name == "pitch"), None)
    moments = true.start + np.arange(len(true.values)) * true.hop
    inside = (moments >= 0) & (moments < (np.inf if clip.duration is None else clip.duration))
    found = counts(true.values[inside], _at(told, moments[inside]))
    return {f: getattr(found, f) for f in Counts.__dataclass_fields__}


def _at(curve: Curve | None, moments: np.ndarray) -> np.ndarray:
    if curve is None or not len(curve.values):
        return np.full(len(moments), np.nan)
    place = np.round((moments - curve.start) / curve.hop).astype(int)
    return np.asarray(curve.values[np.clip(place, 0, len(curve.values) - 1)])


def _sum(items: Sequence[Item]) -> Counts:
    return sum((Counts(*(i[f] for f in Counts.__dataclass_fields__)) for i in items), Counts())


FIGURES = {
    "raw_pitch_accuracy": Figure(part="right", whole="pitched", better="higher"),
    "raw_chroma_accuracy": Figure(part="chroma", whole="pitched", better="higher"),
    "voicing_recall": Figure(part="found", whole="pitched", better="higher"),
    "voicing_false_alarm": Figure(lambda items: _sum(items).voicing_false_alarm),
    "overall_accuracy": Figure(lambda items: _sum(items).overall, better="higher"),
}
