"""Figures: a number over items, with its bootstrap interval."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from aural.metrics.intervals import bootstrap, ratio
from aural.receipts import Metric

Item = Mapping[str, Any]


@dataclass(frozen=True)
class Figure:
    """How a number comes out of the records of items.

    `part` and `whole` name the keys whose sums are divided (fast, and clips weigh as they are long);
    else `value` works on the list of records. `better` tells which way is up, for the worst group.
    `percent`: shown times 100.
    """

    value: Callable[[Sequence[Item]], float] | None = None
    part: str = ""
    whole: str = ""
    better: Literal["lower", "higher"] = "lower"
    percent: bool = True

    def over(self, items: Sequence[Item]) -> float:
        """The number over these records; NaN when there is nothing to divide by."""
        if self.value is not None:
            return self.value(items)
        part, whole = sum(i[self.part] for i in items), sum(i[self.whole] for i in items)
        return part / whole if whole else (float("nan") if not part else float(part))


def measured(
    figure: Figure, items: Sequence[Item], groups: Sequence[object], rng: np.random.Generator, draws: int = 1000
) -> Metric:
    """The figure with its 95 % interval over groups, and the number of items."""
    if not items:
        return Metric(float("nan"), None, None, 0)
    if figure.value is None:
        parts, wholes = (np.array([i[key] for i in items], dtype=np.float64) for key in (figure.part, figure.whole))
        told = ratio(parts, wholes, rng, groups, draws)
        value = figure.over(items)
    else:
        told = bootstrap(lambda chosen: figure.over([items[k] for k in chosen]), len(items), rng, groups, draws)
        value = told.value
    return Metric(value, _known(told.low), _known(told.high), len(items))


def mean(key: str, percent: bool = True, better: Literal["lower", "higher"] = "lower") -> Figure:
    """The mean of one key of the records."""
    return Figure(lambda items: float(np.mean([i[key] for i in items])) if items else float("nan"), better=better, percent=percent)


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None
