"""Figures per slice (gender, accent, SNR ...), the worst one named, and the gap between groups with its interval."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from aural.errors import UsageError
from aural.judge.figures import Figure, measured
from aural.judge.run import Record, scorer
from aural.receipts import Metric

_SURE = 0.05
_FEW = 4  # speakers (or clips) in all slices together below which nothing is drawn
_BINS = 4
_MOST_VALUES = 12  # distinct numbers above which a numeric key is cut into bins
UNKNOWN = "unknown"


@dataclass(frozen=True)
class Gap:
    """How much worse the worst slice of a key is than the best (above 0), with its 95 % interval.

    The two were chosen because they are the extremes, so the interval is a little too hopeful. `chance` is what such a gap reaches
    in 19 of 20 draws where who belongs to which slice is drawn at random, and `p` the share of draws with a gap as large as this
    one: speakers are drawn where each lies in one slice alone, else clips. None where there are too few of them to draw.
    """

    key: str
    metric: str
    worst: str
    best: str
    value: float
    low: float | None
    high: float | None
    chance: float | None = None
    p: float | None = None

    @property
    def real(self) -> bool:
        """True where it is more than chance gives."""
        return self.p is not None and self.p < _SURE


def metrics(records: Sequence[Record], scorers: Sequence[str], seed: int = 0, draws: int = 1000) -> dict[str, Metric]:
    """All figures of the given scorers over these records, drawn by group."""
    found: dict[str, Metric] = {}
    for name in scorers:
        own = [r for r in records if name in r]
        items, groups = [r[name] for r in own], [r["group"] for r in own]
        for metric, figure in scorer(name).FIGURES.items():
            if items:
                found[metric] = measured(figure, items, groups, np.random.default_rng(seed), draws)
    return found


def sliced(records: Sequence[Record], keys: Sequence[str]) -> dict[str, dict[str, list[Record]]]:
    """Records by key and value; numbers with many values are cut into four bins with as many clips each.

    Raises: UsageError for a key that no row has.
    """
    found: dict[str, dict[str, list[Record]]] = {}
    for key in keys:
        values = [r["slices"].get(key) for r in records]
        if all(v is None for v in values):
            raise UsageError(f"no row has {key!r}", where="--slice", fix="Slice by a key of the manifest's rows")
        name = _binned(values)
        table: dict[str, list[Record]] = {}
        for record, value in zip(records, values, strict=True):
            table.setdefault(name(value), []).append(record)
        found[key] = {value: table[value] for value in sorted(table, key=_order)}
    return found


def gaps(table: Mapping[str, Mapping[str, Sequence[Record]]], scorers: Sequence[str], seed: int = 0) -> list[Gap]:
    """For each key and the first scorer's headline figure: worst against best slice (known values of 2 clips or more)."""
    found = []
    name = scorers[0]
    metric = scorer(name).HEADLINE
    figure: Figure = scorer(name).FIGURES[metric]
    sign = 1.0 if figure.better == "lower" else -1.0
    for key, values in table.items():
        rows = {v: [r for r in rs if name in r] for v, rs in values.items() if v != UNKNOWN}
        scores = {v: sign * figure.over([r[name] for r in rs]) for v, rs in rows.items() if len(rs) > 1}
        scores = {v: s for v, s in scores.items() if math.isfinite(s)}
        if len(scores) < 2:
            continue
        worst, best = max(scores, key=lambda v: scores[v]), min(scores, key=lambda v: scores[v])
        low, high = _interval(figure, name, rows[worst], rows[best], seed)
        bounds = sorted(sign * b for b in (low, high)) if low is not None and high is not None else (None, None)
        value = scores[worst] - scores[best]
        chance, p = by_chance(figure, {v: [(r["group"], r[name]) for r in rows[v]] for v in scores}, value, seed)
        found.append(Gap(key, metric, worst, best, value, bounds[0], bounds[1], chance, p))
    return found


def by_chance(
    figure: Figure, slices_: Mapping[str, Sequence[tuple[Any, Any]]], value: float, seed: int = 0, draws: int = 500
) -> tuple[float | None, float | None]:
    """What the gap between the worst and the best slice reaches in 19 of 20 draws where (group, item) pairs, or whole groups
    where each lies in one slice alone, are dealt to slices of the same sizes at random; and the share of draws with at least
    `value`, the gap itself counted as one.

    Source: permutation test, R. A. Fisher, "The Design of Experiments", 1935.
    """
    homes: dict[Any, set[str]] = {}
    for name, pairs in slices_.items():
        for group, _ in pairs:
            homes.setdefault(group, set()).add(name)
    whole = all(len(own) == 1 for own in homes.values())
    units: list[tuple[str, list[Any]]] = []
    for name, pairs in slices_.items():
        own: dict[Any, list[Any]] = {}
        for number, (group, item) in enumerate(pairs):
            own.setdefault(group if whole else number, []).append(item)
        units += [(name, items) for items in own.values()]
    if len(units) < _FEW:
        return None, None
    rng = np.random.default_rng(seed)
    names = [name for name, _ in units]
    told = np.array([_extent(figure, names, [units[k][1] for k in rng.permutation(len(units))]) for _ in range(draws)])
    told = told[np.isfinite(told)]
    if len(told) < draws // 2:
        return None, None
    return float(np.percentile(told, 95)), float((1 + (told >= value - 1e-12).sum()) / (1 + len(told)))


def _extent(figure: Figure, names: Sequence[str], units: Sequence[Sequence[Any]]) -> float:
    """The largest figure of a slice less the smallest, `units` dealt to the slices `names` in order."""
    dealt: dict[str, list[Any]] = {}
    for name, items in zip(names, units, strict=True):
        dealt.setdefault(name, []).extend(items)
    found = [figure.over(items) for items in dealt.values()]
    known = [f for f in found if math.isfinite(f)]
    return max(known) - min(known) if len(known) > 1 else float("nan")


def _interval(
    figure: Figure, name: str, worst: Sequence[Record], best: Sequence[Record], seed: int, draws: int = 500
) -> tuple[float | None, float | None]:
    rng = np.random.default_rng(seed)
    sides = [_drawn(figure, name, side, rng, draws) for side in (worst, best)]
    told = sides[0] - sides[1]
    told = told[np.isfinite(told)]
    if len(told) < draws // 2:
        return None, None
    low, high = np.percentile(told, [2.5, 97.5])
    return float(low), float(high)


def _drawn(figure: Figure, name: str, records: Sequence[Record], rng: np.random.Generator, draws: int) -> np.ndarray:
    groups: dict[Any, list[Any]] = {}
    for record in records:
        groups.setdefault(record["group"], []).append(record[name])
    members = list(groups.values())
    if len(members) < 2:
        return np.full(draws, np.nan)
    return np.array(
        [figure.over([i for k in rng.integers(0, len(members), len(members)) for i in members[k]]) for _ in range(draws)]
    )


def _binned(values: Sequence[Any]) -> Callable[[Any], str]:
    numbers = [v for v in values if isinstance(v, int | float) and not isinstance(v, bool)]
    known = [v for v in values if v is not None]
    if len(numbers) < len(known) or len(set(numbers)) <= _MOST_VALUES:
        return _named
    edges = np.unique(np.quantile(numbers, np.linspace(0, 1, _BINS + 1)))

    def name(value: Any) -> str:
        if value is None:
            return UNKNOWN
        k = min(int(np.searchsorted(edges, value, side="right")) - 1, len(edges) - 2)
        return f"{edges[k]:.4g} to {edges[k + 1]:.4g}"

    return name


def _named(value: Any) -> str:
    if value is None or value == "":
        return UNKNOWN
    if isinstance(value, float):
        return f"{value:g}"
    return "+".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _order(value: str) -> tuple[int, float, str]:
    """Numbers by size, then texts by letters, unknown last."""
    if value == UNKNOWN:
        return 2, 0.0, value
    try:
        return 0, float(value.split(" ")[0]), value
    except ValueError:
        return 1, 0.0, value
