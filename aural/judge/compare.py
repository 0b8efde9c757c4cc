"""Compares two receipts on the items that both judged: paired differences with their intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from aural import receipts
from aural.errors import UsageError
from aural.judge.figures import Figure
from aural.judge.run import Record, scorer, scorers_of
from aural.metrics.intervals import Difference, Statistic, paired
from aural.receipts import Receipt


@dataclass(frozen=True)
class Row:
    """One metric of both receipts over the common items, and first minus second."""

    condition: str
    metric: str
    first: float
    second: float
    difference: Difference
    items: int
    better: str
    percent: bool


def compare(first: Path, second: Path, seed: int = 0, draws: int = 1000) -> list[Row]:
    """Paired rows for each condition and metric of two receipts.

    Raises: UsageError when the tasks differ, texts were normalized differently, or no item is in both;
    FormatError for a file that is no receipt.
    """
    one, other = receipts.read(first), receipts.read(second)
    if one.task != other.task:
        raise UsageError(f"{one.task} and {other.task} cannot be compared", where=f"{first}, {second}")
    changed = [k for k in sorted(one.versions) if k.startswith("normalizer") and one.versions[k] != other.versions.get(k)]
    if changed:
        fix = "Evaluate both with the same version"
        raise UsageError(f"the texts were normalized differently ({changed[0]})", where=f"{first}, {second}", fix=fix)
    rows = _rows(one, other, seed, draws)
    if not rows:
        raise UsageError("these receipts have no item in common", where=f"{first}, {second}", fix="Evaluate the same manifest")
    return rows


def _rows(one: Receipt, other: Receipt, seed: int, draws: int) -> list[Row]:
    theirs = {_key(r): r for r in other.items}
    pairs = [(r, theirs[_key(r)]) for r in one.items if _key(r) in theirs]
    rows = []
    for condition in dict.fromkeys(r["condition"] for r, _ in pairs):
        for name in scorers_of(one.task):
            chosen = [(a, b) for a, b in pairs if a["condition"] == condition and name in a and name in b]
            if chosen:
                rows += _figures(condition, name, chosen, seed, draws)
    return rows


def _figures(condition: str, name: str, pairs: Sequence[tuple[Record, Record]], seed: int, draws: int) -> list[Row]:
    groups = [a["group"] for a, _ in pairs]
    ours, theirs = [a[name] for a, _ in pairs], [b[name] for _, b in pairs]
    rows = []
    figures: dict[str, Figure] = scorer(name).FIGURES
    for metric, figure in figures.items():
        told = paired(_over(figure, ours), _over(figure, theirs), len(pairs), np.random.default_rng(seed), groups, draws)
        rows.append(Row(condition, metric, figure.over(ours), figure.over(theirs), told, len(pairs), figure.better, figure.percent))
    return rows


def _over(figure: Figure, items: Sequence[Record]) -> Statistic:
    """The figure as a function of item numbers."""
    return lambda chosen: figure.over([items[int(k)] for k in chosen])


def _key(record: Record) -> tuple[str, str]:
    return record["id"], record["condition"]
