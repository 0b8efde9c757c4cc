"""AUC, its part at few false alarms, and what the model's own border decides, of normal and other recordings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from aural.corpora.manifest import Clip
from aural.judge.figures import Figure, Item, mean
from aural.judge.terms import Names, Terms
from aural.metrics import anomaly
from aural.results import Result

VERBS = ("anomaly",)
OPTIONS: Mapping[str, Mapping[str, Any]] = {}
HEADLINE = "auc"
_NORMAL, _ANOMALOUS = "normal", "anomalous"


def fits(clip: Clip, verb: str) -> bool:
    """True when the row has a label: "normal", or whatever else is wrong with it."""
    return clip.label is not None


def item(clip: Clip, answer: Result | None, terms: Terms, names: Names) -> dict[str, Any]:
    """Whether the clip is anomalous, its score, and whether the border decides rightly; a clip that failed scores 0."""
    told = {t.label: t.score or 0.0 for t in answer.labels or ()} if answer is not None else {}
    score, anomalous = told.get(_ANOMALOUS, 0.0), clip.label != _NORMAL
    return {"anomalous": anomalous, "score": score, "kind": clip.label, "right": int((score >= 0.5) == anomalous)}


def _arrays(items: Sequence[Item]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([i["score"] for i in items]), np.array([i["anomalous"] for i in items], dtype=bool)


def _both(items: Sequence[Item]) -> bool:
    return len({i["anomalous"] for i in items}) == 2


def _auc(items: Sequence[Item]) -> float:
    return anomaly.auc(*_arrays(items)) if _both(items) else float("nan")


def _partial(items: Sequence[Item]) -> float:
    return anomaly.partial_auc(*_arrays(items)) if _both(items) else float("nan")


def _share(items: Sequence[Item], anomalous: bool) -> float:
    """Of the clips of one kind the share that is decided wrongly."""
    wrong = [1 - i["right"] for i in items if i["anomalous"] == anomalous]
    return float(np.mean(wrong)) if wrong else float("nan")


FIGURES = {
    "auc": Figure(_auc, better="higher"),
    "pauc": Figure(_partial, better="higher"),
    "accuracy": mean("right", better="higher"),
    "miss": Figure(lambda items: _share(items, True)),
    "false_alarm": Figure(lambda items: _share(items, False)),
}


def tell(items: Sequence[Item]) -> list[str]:
    """For each kind how many were told as anomalous."""
    lines = []
    for kind in sorted({i["kind"] for i in items}):
        own = [i for i in items if i["kind"] == kind]
        lines.append(f"  {kind:<24} {sum(i['score'] >= 0.5 for i in own)} of {len(own)} told as anomalous")
    return lines
