"""Mean absolute error and R2 of numbers for whole clips."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from aural.corpora.manifest import Clip
from aural.judge.figures import Figure, Item
from aural.judge.terms import Names, Terms
from aural.metrics import regression
from aural.results import Result

VERBS = ("estimate", "quality")
OPTIONS: Mapping[str, Mapping[str, Any]] = {}
HEADLINE = "mae"


def fits(clip: Clip, verb: str) -> bool:
    """True when the row has a number: its label, or any other key."""
    return any(_number(v) is not None for v in (clip.label, *clip.extra.values()))


def item(clip: Clip, answer: Result | None, terms: Terms, names: Names) -> dict[str, Any]:
    """The true number, under the key that one of the model's numbers is called by or else the label, and that one (the first).

    Both are None where either is not known.
    """
    singles = [c for c in (answer.curves or () if answer else ()) if len(c.values) == 1]
    told = next((c for c in singles if _number(clip.value(c.name)) is not None), singles[0] if singles else None)
    if told is None:
        return {"true": None, "told": None}
    named = _number(clip.value(told.name))
    true = named if named is not None else _number(clip.label)
    return {"true": true, "told": None if true is None else round(float(told.values[0]), 6), "unit": told.unit}


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
    except ValueError:
        return None
    return found if np.isfinite(found) else None


def _arrays(items: Sequence[Item]) -> tuple[np.ndarray, np.ndarray]:
    known = [i for i in items if i["true"] is not None]
    return np.array([i["true"] for i in known]), np.array([i["told"] for i in known])


def _figure(of: Any, better: Any = "lower") -> Figure:
    def value(items: Sequence[Item]) -> float:
        true, told = _arrays(items)
        return float(of(true, told)) if len(true) else float("nan")

    return Figure(value, better=better, percent=False)


FIGURES = {
    "mae": _figure(regression.mae),
    "rmse": _figure(regression.rmse),
    "r2": _figure(regression.r2, "higher"),
    "correlation": _figure(regression.correlation, "higher"),
}


def tell(items: Sequence[Item]) -> list[str]:
    """What always saying the mean would reach, so that the error has a measure."""
    true, _ = _arrays(items)
    if not len(true):
        return []
    mean = float(true.mean())
    return [f"  always saying the mean ({mean:.4g}) would be off by {float(np.abs(true - mean).mean()):.4g}"]
