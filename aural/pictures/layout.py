"""Panels stacked under one another, those over time on one common axis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from aural.pictures import colors, font
from aural.pictures.marks import INK, Box, Line, Mark, Raster, Text
from aural.pictures.panels import SMALL, HeatMap, Panel, Place, axis_ticks, fit
from aural.pictures.picture import Picture, Table
from aural.pictures.ticks import Axis

_LEFT, _RIGHT, _TOP, _GAP, _AXIS = 84, 26, 40, 16, 44
_SCALE = 92  # what the scale of colors takes on the right


def stack(
    panels: Sequence[tuple[str, Panel]],
    *,
    x: Axis,
    title: str = "",
    width: int = 1200,
    height: int | None = None,
    numbers: Mapping[str, Table] | None = None,
    at: float | None = None,
) -> Picture:
    """A picture of named panels from top to bottom, `x` under those that have no axis of their own.

    `height` None = what the panels need; `at` marks a moment in all panels over `x`.
    """
    places, bottom = arrange(panels, width=width, height=height, titled=bool(title))
    inner = places[0].width
    marks: list[Mark] = [Text(_LEFT, 25, _cut(title, inner), 15.0, bold=True)] if title else []
    for k, ((name, panel), place) in enumerate(zip(panels, places, strict=True)):
        if len(panels) > 1 and name:
            marks.append(Text(_LEFT, place.y - 6, name, SMALL, bold=True))
        axis = panel.x or x
        marks += panel.draw(place, axis)
        if at is not None and panel.x is None:
            marks += _moment(place, axis, at)
        marks += [Box(place.x, place.y, place.width, place.height, border=INK), *_left(place, panel.y), *panel.behind(place)]
        marks += _under(place, axis, labels=_labeled(panels, k))
    return Picture(width, max(bottom, height or 0), tuple(marks), title, dict(numbers or {}))


def arrange(
    panels: Sequence[tuple[str, Panel]], *, width: int, height: int | None = None, titled: bool = True
) -> tuple[list[Place], int]:
    """Where `stack` puts each panel, and the height of the whole."""
    right = _SCALE if any(isinstance(p, HeatMap) for _, p in panels) else _RIGHT
    below = [_AXIS if _labeled(panels, k) else _GAP for k in range(len(panels))]
    above = 18 if len(panels) > 1 else 0
    top = _TOP if titled else 18
    wanted = [230 if isinstance(p, HeatMap) else 150 for _, p in panels]
    free = sum(wanted) if height is None else max(40 * len(panels), height - top - sum(below) - above * len(panels))
    places = []
    for share, under in zip(wanted, below, strict=True):
        places.append(Place(_LEFT, top + above, max(40, width - _LEFT - right), max(20, share * free // sum(wanted))))
        top += above + places[-1].height + under
    return places, top


def plain(panel: HeatMap, *, width: int, height: int) -> Picture:
    """Nothing but the heat map, `width` x `height` pixels: what another program reads values from."""
    low, high = panel.limits
    shown = colors.indices(fit(panel.values, height, width), low=low, high=high)[::-1]
    return Picture(width, height, (Raster(0, 0, width, height, shown, panel.colors),))


def _labeled(panels: Sequence[tuple[str, Panel]], k: int) -> bool:
    """Whether the x axis under panel k is written out: it is its own, the last, or the last before another axis."""
    own = [panel.x is not None for _, panel in panels]
    return own[k] or k == len(panels) - 1 or own[k + 1]


def _left(place: Place, y: Axis) -> list[Mark]:
    marks: list[Mark] = []
    for value, text in axis_ticks(y, place.height):
        down = place.y + place.height * (1 - y.share(value))
        if place.y - 1 <= down <= place.y + place.height + 1:
            marks.append(Line(np.array([[place.x - 5, down], [place.x, down]]), INK, 1.0))
            marks.append(Text(place.x - 8, down + 4.5, text, SMALL, "end"))
    if y.label:
        marks.append(Text(16, place.y + place.height / 2, y.label, SMALL, "middle", turned=True))
    return marks


def _under(place: Place, x: Axis, *, labels: bool) -> list[Mark]:
    marks: list[Mark] = []
    bottom = place.y + place.height
    for value, text in x.ticks if x.ticks is not None else axis_ticks(x, place.width * 0.33):
        across = place.x + place.width * x.share(value)
        if place.x - 1 <= across <= place.x + place.width + 1:
            marks.append(Line(np.array([[across, bottom], [across, bottom + 5]]), INK, 1.0))
            if labels:
                marks.append(Text(across, bottom + 18, text, SMALL, "middle"))
    if labels and x.label:
        marks.append(Text(place.x + place.width / 2, bottom + 34, x.label, SMALL, "middle"))
    return marks


def _moment(place: Place, x: Axis, at: float) -> list[Mark]:
    across = place.x + place.width * x.share(at)
    ends = np.array([[across, place.y], [across, place.y + place.height]])
    return [Line(ends, "#ffffff", 3.0), Line(ends, colors.LINES[1], 1.5)]


def _cut(text: str, width: float) -> str:
    """A title that fits, cut at its end where it must be."""
    while text and font.width(text, size=15.0) > width:
        text = text[:-4] + "..."
    return text
