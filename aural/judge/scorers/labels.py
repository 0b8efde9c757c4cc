"""Accuracy, balanced accuracy, mAP, MAP@3, lwlrap and AUC of labels for whole clips."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from aural.corpora.manifest import Clip
from aural.judge.figures import Figure, Item, mean
from aural.judge.terms import Names, Terms
from aural.metrics import labels
from aural.results import Result

VERBS = ("tag", "language", "gender", "classify", "emotion", "animal", "instrument", "genre")
# All labels are needed to rank the classes, not only those that are shown.
_ALL: Mapping[str, Any] = {"top": 0}
OPTIONS: Mapping[str, Mapping[str, Any]] = {verb: _ALL for verb in VERBS if verb != "gender"} | {
    "tag": {"top": 0, "min_score": 0.0}
}
HEADLINE = "accuracy"
_NOTHING = "(nothing)"


def fits(clip: Clip, verb: str) -> bool:
    """True when the row has a label, or a value under the verb's own name (gender, language)."""
    return bool(true_labels(clip, verb))


def true_labels(clip: Clip, verb: str) -> tuple[str, ...]:
    """The labels of a row for a verb."""
    named = clip.value(verb)
    return (named,) if isinstance(named, str) and named else clip.labels


def item(clip: Clip, answer: Result | None, terms: Terms, names: Names) -> dict[str, Any]:
    """True classes, the class that was told and the scores of all classes."""
    told: dict[str, float] = {}
    if answer is not None:
        told = {t.label: 1.0 if t.score is None else t.score for t in answer.labels or ()}
        if not told and answer.language:
            told = {answer.language: 1.0}
    scores = names.scores(told)
    best = max(scores, key=lambda name: scores[name], default=_NOTHING)
    if scores.get(best, 0.0) <= 0:
        best = _NOTHING
    true = [t for t in true_labels(clip, names.verb) if t in names.classes]
    known = list(dict.fromkeys(true))
    return {"true": known, "told": best, "right": int(best in known), "scores": {k: round(v, 6) for k, v in scores.items()}}


def _balanced(items: Sequence[Item]) -> float:
    return labels.balanced_accuracy(
        [i["true"][0] for i in items], [i["told"] if i["told"] not in i["true"] else i["true"][0] for i in items]
    )


def _tables(items: Sequence[Item]) -> tuple[np.ndarray, np.ndarray]:
    names = list(items[0]["scores"])
    scores = np.array([[i["scores"][n] for n in names] for i in items])
    truth = np.array([[n in i["true"] for n in names] for i in items])
    return truth, scores


def _map(items: Sequence[Item]) -> float:
    return labels.mean_average_precision(*_tables(items))


def _map_at_3(items: Sequence[Item]) -> float:
    return labels.map_at_k(*_tables(items), 3)


def _lwlrap(items: Sequence[Item]) -> float:
    return labels.lwlrap(*_tables(items))


def _auc(items: Sequence[Item]) -> float:
    return labels.mean_auc(*_tables(items))


FIGURES = {
    "accuracy": mean("right", better="higher"),
    "balanced_accuracy": Figure(_balanced, better="higher"),
    "map": Figure(_map, better="higher"),
    "map_at_3": Figure(_map_at_3, better="higher"),
    "lwlrap": Figure(_lwlrap, better="higher"),
    "auc": Figure(_auc, better="higher"),
}


def tell(items: Sequence[Item]) -> list[str]:
    """Per class how many were found, and what the others were taken for."""
    lines = []
    for name in sorted({t for i in items for t in i["true"]}):
        own = [i for i in items if name in i["true"]]
        wrong = [i["told"] for i in own if not i["right"]]
        others = ", ".join(f"{w} {wrong.count(w)}" for w in sorted(set(wrong), key=lambda w: (-wrong.count(w), w))[:3])
        lines.append(f"  {name:<24} {len(own) - len(wrong)} of {len(own)}" + (f"   told: {others}" if others else ""))
    return lines
