"""Likely wrong labels: clips that a model which did not learn from them takes, and surely, for another class.

Source: Northcutt, Jiang, Chuang, "Confident Learning", JAIR 2021: a clip is doubted when another class scores as high as that
class scores on average among the clips that bear its name, and higher than the clip's own.
"""

from __future__ import annotations

import dataclasses
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from aural.files import write_text

FILE = "doubts.jsonl"
_SHOWN = 5


@dataclass(frozen=True)
class Doubt:
    """A clip, the label it has, the class it sounds like, and the scores of both."""

    audio: str
    label: str
    like: str
    score_of_label: float
    score: float


def doubts(records: Iterable[Mapping[str, Any]]) -> list[Doubt]:
    """From the judge's records of clips with one label each, the plainest first. Records of one clip are averaged."""
    scores: dict[str, list[Mapping[str, float]]] = defaultdict(list)
    label: dict[str, str] = {}
    for record in records:
        told = record.get("labels", {})
        if len(told.get("true", ())) == 1:
            label[record["id"]] = told["true"][0]
            scores[record["id"]].append(told["scores"])
    if not label:
        return []
    names = sorted(set(label.values()))
    mean = {clip: {n: float(np.mean([s.get(n, 0.0) for s in told])) for n in names} for clip, told in scores.items()}
    usual = {n: float(np.mean([mean[clip][n] for clip in label if label[clip] == n])) for n in names}
    found = []
    for clip, own in label.items():
        others = [n for n in names if n != own and mean[clip][n] >= usual[n] and mean[clip][n] > mean[clip][own]]
        if others:
            like = max(others, key=lambda n: (mean[clip][n], n))
            found.append(Doubt(clip, own, like, round(mean[clip][own], 4), round(mean[clip][like], 4)))
    return sorted(found, key=lambda d: (d.score_of_label - d.score, d.audio))


def write(found: Sequence[Doubt], folder: Path) -> str:
    """The list as `doubts.jsonl`, where there is one, and a line for a person; "" without doubts."""
    if not found:
        return ""
    write_text(folder / FILE, "".join(json.dumps(dataclasses.asdict(d), sort_keys=True) + "\n" for d in found))
    named = "; ".join(f"{d.audio} is called {d.label}, sounds like {d.like} ({d.score:.2f})" for d in found[:_SHOWN])
    more = f"; and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    what = "1 label looks wrong" if len(found) == 1 else f"{len(found)} labels look wrong"
    return f"{what}, or the model is: listen before you change one ({FILE}): {named}{more}"
