"""How sure a figure is: bootstrap intervals over items or groups, and of the difference of two systems.

Conventions: an item is what was drawn by chance (a clip, a trial, a recording); `groups` [N] names what
hangs together (a speaker, a recording): whole groups are drawn, which gives the honest, wider interval.
A statistic is a function of an array of item numbers, drawn with replacement. Intervals are percentiles
of `draws` draws, 95 % by default; randomness is the Generator given. One item or group alone gives no
interval: NaN on both sides.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from aural.errors import UsageError

Statistic = Callable[[np.ndarray], float]


@dataclass(frozen=True)
class Interval:
    """A figure with the bounds between which it lies with the given certainty."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Difference:
    """First minus second system on the same items, its bounds, and the share of draws with the other sign (two-sided)."""

    value: float
    low: float
    high: float
    p: float


def validate(count: int, groups: Sequence[object] | None, level: float) -> None:
    """Raises: UsageError unless there are items, one group name each, and a level between 0 and 1."""
    if count < 1:
        raise UsageError("there is nothing to draw from")
    if groups is not None and len(groups) != count:
        raise UsageError(f"{len(groups)} group names for {count} items")
    if not 0 < level < 1:
        raise UsageError(f"a level lies between 0 and 1, not {level}")


def bootstrap(
    statistic: Statistic,
    count: int,
    rng: np.random.Generator,
    groups: Sequence[object] | None = None,
    draws: int = 1000,
    level: float = 0.95,
) -> Interval:
    """The statistic over all items, and its interval."""
    validate(count, groups, level)
    value = float(statistic(np.arange(count)))
    values = np.array([statistic(chosen) for chosen in _drawn(count, rng, groups, draws)], dtype=np.float64)
    low, high = _bounds(values, level)
    return Interval(value, low, high)


def ratio(
    parts: np.ndarray,
    wholes: np.ndarray,
    rng: np.random.Generator,
    groups: Sequence[object] | None = None,
    draws: int = 1000,
    level: float = 0.95,
) -> Interval:
    """sum(parts [N]) / sum(wholes [N]) and its interval: WER from errors and lengths per clip, DER from seconds."""
    parts, wholes = np.asarray(parts, dtype=np.float64), np.asarray(wholes, dtype=np.float64)
    validate(len(parts), groups, level)
    parts, wholes = _by_group(parts, groups), _by_group(wholes, groups)
    value = _divide(parts.sum(), wholes.sum())
    if len(parts) < 2:
        return Interval(value, float("nan"), float("nan"))
    counts = rng.multinomial(len(parts), np.full(len(parts), 1 / len(parts)), size=draws)
    below = counts @ wholes
    values = (counts @ parts)[below > 0] / below[below > 0]
    low, high = _bounds(values, level)
    return Interval(value, low, high)


def paired(
    first: Statistic,
    second: Statistic,
    count: int,
    rng: np.random.Generator,
    groups: Sequence[object] | None = None,
    draws: int = 1000,
    level: float = 0.95,
) -> Difference:
    """First minus second over the same items in each draw: what both find hard cancels out."""
    validate(count, groups, level)
    everything = np.arange(count)
    value = float(first(everything)) - float(second(everything))
    values = np.array([first(c) - second(c) for c in _drawn(count, rng, groups, draws)], dtype=np.float64)
    low, high = _bounds(values, level)
    values = values[np.isfinite(values)]
    if not len(values):
        return Difference(value, low, high, float("nan"))
    tail = min((values <= 0).mean(), (values >= 0).mean())
    return Difference(value, low, high, float(min(1.0, 2 * tail)))


def _drawn(count: int, rng: np.random.Generator, groups: Sequence[object] | None, draws: int) -> list[np.ndarray]:
    if groups is None:
        return [rng.integers(0, count, count) for _ in range(draws)] if count > 1 else []
    names = {name: i for i, name in enumerate(dict.fromkeys(groups))}
    numbers = np.array([names[g] for g in groups])
    members = [np.flatnonzero(numbers == i) for i in range(len(names))]
    if len(members) < 2:
        return []
    return [np.concatenate([members[i] for i in rng.integers(0, len(members), len(members))]) for _ in range(draws)]


def _by_group(values: np.ndarray, groups: Sequence[object] | None) -> np.ndarray:
    if groups is None:
        return values
    names = {name: i for i, name in enumerate(dict.fromkeys(groups))}
    return np.bincount([names[g] for g in groups], weights=values, minlength=len(names))


def _bounds(values: np.ndarray, level: float) -> tuple[float, float]:
    values = values[np.isfinite(values)]
    if not len(values):
        return float("nan"), float("nan")
    tail = 50 * (1 - level)
    low, high = np.percentile(values, [tail, 100 - tail])
    return float(low), float(high)


def _divide(part: float, whole: float) -> float:
    return float(part / whole) if whole else float(part)
