"""One sound from two sides: waves along time, and their amplitudes along frequency, drawn in depth."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from aural.pictures import ticks
from aural.pictures.colors import LINES
from aural.pictures.marks import FAINT, INK, Dots, Line, Mark, Text
from aural.pictures.picture import Picture, Table

_SIZE = 13.0
_AWAY = 1.12  # where the side wall stands, the end of the waves being 1


def two_sides(
    partials: Sequence[tuple[float, float, np.ndarray]],
    whole: np.ndarray,
    *,
    seconds: float,
    top_hz: float,
    title: str = "",
    width: int = 1000,
    height: int = 620,
) -> Picture:
    """Partials (Hz, amplitude, samples [T]) each at its depth, their sum [T] in front, and the spectrum on the right side.

    Looked at from the front it is the time domain, from the right the frequency domain.
    """
    largest = max(1e-9, float(np.abs(whole).max()), *(a for _, a, _ in partials))
    # Time runs to the right, frequency into the depth (up and right), amplitude upwards.
    origin, along = np.array([90.0, height - 190.0]), np.array([width * 0.48, 0.0])
    depth = np.array([width * 0.28, -height * 0.42])
    up = np.array([0.0, -(height * 0.17) / largest])

    def at(time: np.ndarray, hz: float, value: np.ndarray) -> np.ndarray:
        start = origin + depth * (0.12 + 0.88 * hz / top_hz if hz >= 0 else 0.0)
        return np.asarray(start + np.outer(time, along) + np.outer(value, up))

    time = np.linspace(0.0, 1.0, len(whole))
    zero = np.zeros(2)
    marks: list[Mark] = [Text(90, 28, title, 15.0, bold=True)] if title else []
    corners = np.array([origin, origin + _AWAY * along, origin + _AWAY * along + depth, origin + depth, origin])
    marks.append(Line(corners, INK, 1.0))
    for hz, amplitude, wave in sorted(partials, key=lambda p: -p[0]):
        color = LINES[(sorted(p[0] for p in partials).index(hz) + 1) % len(LINES)]
        marks += [Line(at(np.array([0.0, _AWAY]), hz, zero), FAINT, 1.0), Line(at(time, hz, wave), color, 1.6)]
        stem = at(np.array([_AWAY, _AWAY]), hz, np.array([0.0, amplitude]))
        marks += [Line(stem, color, 3.0), Dots(stem[1:], 4.0, color)]
        marks.append(Text(float(stem[1, 0]) + 9, float(stem[1, 1]) + 4, f"{hz:.4g} Hz", _SIZE, color=color))
    marks += [Line(at(np.array([0.0, 1.0]), -1.0, zero), FAINT, 1.0), Line(at(time, -1.0, whole), LINES[0], 2.0)]
    for value, text in ticks.nice(0.0, seconds * 1000, count=6):
        foot = origin + along * (value / (seconds * 1000))
        marks += [Line(np.array([foot, foot + [0, 5]]), INK), Text(float(foot[0]), float(foot[1]) + 122, text, 12.0, "middle")]
        marks.append(Line(np.array([foot + [0, 100], foot + [0, 106]]), INK))
    end = origin + along
    wall = origin + _AWAY * along + depth / 2
    marks += [
        Line(np.array([origin + [0, 103], end + [0, 103]]), INK),
        Text(float(origin[0] + along[0] / 2), float(origin[1]) + 144, "time domain: the sum along time (ms)", _SIZE, "middle"),
        Text(float(wall[0]) + 34, float(wall[1]) + 46, "frequency domain: amplitude", _SIZE),
        Text(float(wall[0]) + 34, float(wall[1]) + 63, "of each partial along frequency", _SIZE),
    ]
    rows = np.array([[hz, a] for hz, a, _ in partials]) if partials else np.zeros((0, 2))
    return Picture(width, height, tuple(marks), title, {"sides": Table(("frequency (Hz)", "amplitude"), rows)})
