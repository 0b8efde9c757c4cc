"""Draws a figure against the signal-to-noise ratio, with its intervals, as SVG."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from aural.files import write_text
from aural.judge.figures import Figure
from aural.pictures import svg, ticks
from aural.pictures.marks import FAINT, Box, Dots, Line, Mark, Text
from aural.receipts import Metric

_WIDTH, _HEIGHT = 640, 400
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 150, 44, 52
_COLORS = ("#1f5fa8", "#b3541e", "#2b7a4b")
_SNR = re.compile(r"^(?:(?P<place>room), )?snr (?P<snr>-?[\d.]+)$")


def draw(path: Path, name: str, figure: Figure, conditions: Mapping[str, Mapping[str, Metric]]) -> bool:
    """Write the picture; False when no condition has a ratio. Clean speech is a dashed line at its level."""
    lines: dict[str, list[tuple[float, Metric]]] = {}
    levels: dict[str, float] = {}
    for condition, metrics in conditions.items():
        metric = metrics.get(name)
        match = _SNR.match(condition)
        if metric is None:
            continue
        if match:
            lines.setdefault(match["place"] or "noise", []).append((float(match["snr"]), metric))
        else:
            levels[condition] = metric.value
    if not lines:
        return False
    unit = 100.0 if figure.percent else 1.0
    points = {place: sorted(rows, key=lambda row: row[0]) for place, rows in lines.items()}
    write_text(path, svg.document(_WIDTH, _HEIGHT, _marks(name, unit, points, levels), title=f"{name} against SNR"))
    return True


def _marks(name: str, unit: float, lines: Mapping[str, list[tuple[float, Metric]]], levels: Mapping[str, float]) -> list[Mark]:
    ratios = [snr for rows in lines.values() for snr, _ in rows]
    tops = [m.high if m.high is not None else m.value for rows in lines.values() for _, m in rows] + list(levels.values())
    across = ticks.Axis(min(ratios) - 2, max(ratios) + 2, "signal-to-noise ratio (dB)")
    up = ticks.Axis(0.0, max(unit * max(tops) * 1.08, 1e-6), f"{name} (%)" if unit > 1 else name)

    def x(value: float) -> float:
        return _LEFT + across.share(value) * (_WIDTH - _LEFT - _RIGHT)

    def y(value: float) -> float:
        return _HEIGHT - _BOTTOM - up.share(unit * value) * (_HEIGHT - _TOP - _BOTTOM)

    marks: list[Mark] = [Text(_LEFT, 24, f"{name} against the signal-to-noise ratio", 15, bold=True)]
    right = _WIDTH - _RIGHT
    for value, text in ticks.nice(up.low, up.high):
        marks += [
            Line(np.array([[_LEFT, y(value / unit)], [right, y(value / unit)]]), FAINT),
            Text(_LEFT - 8, y(value / unit) + 4, text, 12, "end"),
        ]
    for snr in sorted(set(ratios)):
        marks.append(Text(x(snr), _HEIGHT - _BOTTOM + 18, f"{snr:g}", 12, "middle"))
    marks.append(Text((_LEFT + right) / 2, _HEIGHT - 14, across.label, 13, "middle"))
    marks.append(Text(18, (_TOP + _HEIGHT - _BOTTOM) / 2, up.label, 13, "middle", turned=True))
    for value in levels.values():
        marks += _dashed(x(across.low), right, y(value))
    heights = _apart([y(value) for value in levels.values()])
    marks += [
        Text(right + 8, height + 4, f"{level} {unit * value:.1f}", 12)
        for height, (level, value) in zip(heights, levels.items(), strict=True)
    ]
    for color, (place, rows) in zip(_COLORS, lines.items(), strict=False):
        for snr, metric in rows:
            if metric.low is not None and metric.high is not None and math.isfinite(metric.high):
                marks.append(Line(np.array([[x(snr), y(metric.low)], [x(snr), y(metric.high)]]), color, 1.2))
        spots = np.array([[x(snr), y(m.value)] for snr, m in rows])
        marks += [Line(spots, color, 2.0), Dots(spots, 4.0, color), Text(spots[0, 0] + 9, spots[0, 1] - 8, place, 12, color=color)]
    marks.append(Box(_LEFT, _TOP, right - _LEFT, _HEIGHT - _TOP - _BOTTOM, border=FAINT))
    return marks


def _dashed(left: float, right: float, height: float) -> list[Mark]:
    return [Line(np.array([[x, height], [min(x + 5, right), height]]), "#7a8194") for x in np.arange(left, right, 10)]


def _apart(heights: list[float], least: float = 15.0) -> list[float]:
    """Heights of labels moved so that no two lie over one another, in the order given."""
    order = sorted(range(len(heights)), key=lambda k: heights[k])
    moved = list(heights)
    for before, after in itertools.pairwise(order):
        moved[after] = max(moved[after], moved[before] + least)
    return moved
