"""The kinds of panels: heat map, wave, curves, stems, scatter; each draws itself into a box."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

import numpy as np

from aural.pictures import colors as palette
from aural.pictures import font, ticks
from aural.pictures.marks import FAINT, INK, PAPER, Box, Columns, Dots, Line, Mark, Raster, Text
from aural.pictures.ticks import Axis

SMALL = 12.0


@dataclass(frozen=True)
class Place:
    """The box of pixels that a panel draws into."""

    x: int
    y: int
    width: int
    height: int


class Panel(ABC):
    """Something with two axes. Time runs along x unless the panel brings an axis of its own."""

    x: Axis | None
    y: Axis

    @abstractmethod
    def draw(self, place: Place, x: Axis) -> list[Mark]:
        """The marks inside of the box, without its axes."""

    @abstractmethod
    def behind(self, place: Place) -> list[Mark]:
        """What stands to the right of the box, such as the scale of colors."""


@final
@dataclass(frozen=True, eq=False)
class HeatMap(Panel):
    """Values [D, F], row 0 lowest, as colors uint8 [256, 3] between `limits`; `unit` stands at the color scale."""

    values: np.ndarray
    y: Axis
    colors: np.ndarray
    limits: tuple[float, float]
    unit: str = ""
    x: Axis | None = None

    def draw(self, place: Place, x: Axis) -> list[Mark]:
        if not self.values.size:
            return []
        low, high = self.limits
        fitted = fit(self.values, place.height, place.width)
        return [Raster(place.x, place.y, place.width, place.height, palette.indices(fitted, low=low, high=high)[::-1], self.colors)]

    def behind(self, place: Place) -> list[Mark]:
        left, width, top, height = place.x + place.width + 10, 12, place.y + 2, place.height - 4
        marks: list[Mark] = [
            Raster(left, top, width, height, np.arange(255, -1, -1, dtype=np.uint8)[:, None], self.colors),
            Box(left, top, width, height, border=INK),
        ]
        low, high = self.limits
        for value, _ in ticks.nice(low, high, count=max(2, min(5, height // 40))):
            y = top + height * (1 - (value - low) / (high - low))
            marks.append(Text(left + width + 5, min(y + 4, top + height + 2), ticks.number(value), SMALL))
        if self.unit:
            marks.append(Text(left + width + 56, place.y + place.height / 2, self.unit, SMALL, "middle", turned=True))
        return marks


def extremes(samples: np.ndarray, columns: int) -> tuple[np.ndarray, np.ndarray]:
    """The lowest and the highest of samples [T] in each of so many columns, or of as many as there are samples."""
    parts = np.array_split(samples, max(1, min(columns, len(samples))))
    return np.array([part.min() for part in parts]), np.array([part.max() for part in parts])


@final
@dataclass(frozen=True, eq=False)
class Wave(Panel):
    """The lowest and highest value [N] of each column of the width: a wave seen from afar."""

    low: np.ndarray
    high: np.ndarray
    y: Axis
    color: str = palette.LINES[0]
    x: Axis | None = None

    @classmethod
    def of(cls, samples: np.ndarray, columns: int) -> Wave:
        """Samples [T] in so many columns at most, on an axis as high as it is deep."""
        low, high = extremes(samples, columns)
        top = max(float(np.abs(samples).max(initial=0.0)), 1e-6)
        return cls(low, high, Axis(-top, top, ""))

    def draw(self, place: Place, x: Axis) -> list[Mark]:
        if not len(self.low):
            return []
        at = np.minimum(((np.arange(place.width) + 0.5) * len(self.low) / place.width).astype(int), len(self.low) - 1)
        low, high = _joined(_down(self.y, self.high[at], place), _down(self.y, self.low[at], place))
        return [*_grid(place, self.y), Columns(place.x, low, high, self.color)]

    def behind(self, place: Place) -> list[Mark]:
        return []


@final
@dataclass(frozen=True, eq=False)
class Curves(Panel):
    """Lines: (label, x [N], y [N]); y NaN = none. `marked` are (x, y, text) notes on them."""

    series: Sequence[tuple[str, np.ndarray, np.ndarray]]
    y: Axis
    x: Axis | None = None
    marked: Sequence[tuple[float, float, str]] = ()
    dots: bool = False

    def draw(self, place: Place, x: Axis) -> list[Mark]:
        marks: list[Mark] = _grid(place, self.y)
        for k, (_, across, up) in enumerate(self.series):
            color = palette.LINES[k % len(palette.LINES)]
            points = np.stack([_across(x, across, place), _down(self.y, up, place)], axis=1)
            if self.dots:
                marks.append(Dots(points, 1.6, color))
            elif len(points) > 2 * place.width:
                marks.append(_dense(points, place, color))
            else:
                marks.append(Line(points, color, 1.5))
        free = -np.inf
        for at, level, text in self.marked:
            point = np.array([[_across(x, np.array([at]), place)[0], _down(self.y, np.array([level]), place)[0]]])
            color = palette.LINES[1]
            marks.append(Dots(point, 3.0, color))
            if point[0, 0] > free:
                marks.append(Text(point[0, 0] + 5, max(point[0, 1] - 4, place.y + 12), text, SMALL, color=color))
                free = float(point[0, 0]) + font.width(text, size=SMALL) + 10
        named = [label for label, _, _ in self.series if label]
        if len(named) > 1:
            marks += _legend(place, named)
        return marks

    def behind(self, place: Place) -> list[Mark]:
        return []


@final
@dataclass(frozen=True, eq=False)
class Stems(Panel):
    """Samples (x [N], y [N]) as dots on stems from 0, over the curve (x, y) that they were taken from."""

    points: tuple[np.ndarray, np.ndarray]
    y: Axis
    curve: tuple[np.ndarray, np.ndarray] | None = None
    x: Axis | None = None

    def draw(self, place: Place, x: Axis) -> list[Mark]:
        marks: list[Mark] = _grid(place, self.y)
        if self.curve is not None:
            along = np.stack([_across(x, self.curve[0], place), _down(self.y, self.curve[1], place)], axis=1)
            marks.append(Line(along, "#9aa6bd", 1.5))
        across, height = _across(x, self.points[0], place), _down(self.y, self.points[1], place)
        zero = float(_down(self.y, np.array([0.0]), place)[0])
        marks.append(Line(np.array([[place.x, zero], [place.x + place.width, zero]]), INK, 1.0))
        stems = np.stack([across, np.full(len(across), zero), across, height, *[np.full(len(across), np.nan)] * 2], axis=1)
        marks.append(Line(stems.reshape(-1, 2), palette.LINES[0], 1.2))
        marks.append(Dots(np.stack([across, height], axis=1), 3.2 if len(across) < 120 else 2.0, palette.LINES[0]))
        return marks

    def behind(self, place: Place) -> list[Mark]:
        return []


@final
@dataclass(frozen=True, eq=False)
class Scatter(Panel):
    """Groups of points: (label, x [N], y [N])."""

    groups: Sequence[tuple[str, np.ndarray, np.ndarray]]
    x: Axis | None
    y: Axis
    radius: float = 4.0

    def draw(self, place: Place, x: Axis) -> list[Mark]:
        marks: list[Mark] = _grid(place, self.y)
        for k, (_, across, up) in enumerate(self.groups):
            points = np.stack([_across(x, across, place), _down(self.y, up, place)], axis=1)
            marks.append(Dots(points, self.radius, palette.LINES[k % len(palette.LINES)]))
        return [*marks, *_legend(place, [label for label, _, _ in self.groups if label])]

    def behind(self, place: Place) -> list[Mark]:
        return []


def fit(values: np.ndarray, rows: int, columns: int) -> np.ndarray:
    """Values [D, F] at another size: the mean where there are too many, repeated where there are too few."""
    return _fit_axis(_fit_axis(np.asarray(values, np.float64), columns, 1), rows, 0)


def _fit_axis(values: np.ndarray, size: int, axis: int) -> np.ndarray:
    have = values.shape[axis]
    if have <= size:
        return np.asarray(np.take(values, np.minimum(((np.arange(size) + 0.5) * have / size).astype(int), have - 1), axis=axis))
    starts = (np.arange(size) * have / size).astype(int)
    counts = np.diff(np.append(starts, have))
    shape = [1, 1]
    shape[axis] = size
    return np.asarray(np.add.reduceat(values, starts, axis=axis) / counts.reshape(shape))


def axis_ticks(axis: Axis, length: float) -> ticks.Ticks:
    """The ticks of an axis of so many pixels."""
    return axis.ticks if axis.ticks is not None else ticks.nice(axis.low, axis.high, count=max(2, int(length // 30)))


def _grid(place: Place, y: Axis) -> list[Mark]:
    marks: list[Mark] = [Box(place.x, place.y, place.width, place.height, fill=PAPER)]
    for value, _ in axis_ticks(y, place.height):
        down = float(_down(y, np.array([value]), place)[0])
        marks.append(Line(np.array([[place.x, down], [place.x + place.width, down]]), FAINT, 1.0))
    return marks


def _across(axis: Axis, values: np.ndarray, place: Place) -> np.ndarray:
    return np.asarray(place.x + place.width * _shares(axis, values))


def _down(axis: Axis, values: np.ndarray, place: Place) -> np.ndarray:
    return np.asarray(place.y + place.height * (1 - np.clip(_shares(axis, values), 0.0, 1.0)))


def _shares(axis: Axis, values: np.ndarray) -> np.ndarray:
    array = np.asarray(values, np.float64)
    if axis.place is None:
        return np.asarray((array - axis.low) / ((axis.high - axis.low) or 1.0))
    return np.array([axis.share(float(v)) if v == v else np.nan for v in array])


def _dense(points: np.ndarray, place: Place, color: str) -> Columns:
    """Far more points than pixels, as the band that they cover in each column."""
    column = np.clip((points[:, 0] - place.x).astype(int), 0, place.width - 1)
    low, high = np.full(place.width, np.inf), np.full(place.width, -np.inf)
    known = np.isfinite(points[:, 1])
    np.minimum.at(low, column[known], points[known, 1])
    np.maximum.at(high, column[known], points[known, 1])
    empty = ~np.isfinite(low)
    low, high = _joined(low, high)
    low[empty], high[empty] = np.nan, np.nan
    return Columns(place.x, low, high, color)


def _joined(low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Bands [N] made to touch their left neighbors, as the line through them does."""
    joined = low.copy(), high.copy()
    joined[0][1:] = np.minimum(low[1:], _or(high[:-1], low[1:]))
    joined[1][1:] = np.maximum(high[1:], _or(low[:-1], high[1:]))
    return joined


def _or(values: np.ndarray, other: np.ndarray) -> np.ndarray:
    return np.asarray(np.where(np.isfinite(values), values, other))


def _legend(place: Place, labels: Sequence[str]) -> list[Mark]:
    """Names above the box, from the right."""
    marks: list[Mark] = []
    right = place.x + place.width
    for k, label in reversed(list(enumerate(labels))):
        long = font.width(label, size=SMALL)
        dot = np.array([[right - long - 9, place.y - 10.0]])
        marks += [Dots(dot, 4.0, palette.LINES[k % len(palette.LINES)]), Text(right, place.y - 6, label, SMALL, "end")]
        right = int(right - long - 30)
    return marks
