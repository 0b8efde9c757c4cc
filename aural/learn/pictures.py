"""Pictures of a training: losses and the metric over its epochs, the confusion matrix, misses against false alarms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from aural.files import write_text
from aural.metrics.spotting import det
from aural.pictures import svg
from aural.pictures.marks import FAINT, Box, Dots, Line, Mark, Text
from aural.pictures.ticks import Axis, nice

_COLORS = ("#1f5fa8", "#b3541e")
_CELL = 34


def curves(epochs: Sequence[Mapping[str, Any]], path: Path) -> None:
    """Two panels over the epochs: the training loss, and the metric on valid with its best point marked."""
    if not epochs:
        return
    numbers = np.array([e["number"] + 1 for e in epochs], float)
    loss = np.array([e["losses"].get("loss", np.nan) for e in epochs], float)
    metric = np.array([e["metric"] for e in epochs], float)
    marks = [*_panel(numbers, loss, 40, "training loss", _COLORS[0]), *_panel(numbers, metric, 230, "valid", _COLORS[1])]
    write_text(path, svg.document(640, 430, marks, title="training"))


def _panel(x: np.ndarray, y: np.ndarray, top: int, label: str, color: str) -> list[Mark]:
    left, width, height = 70, 540, 150
    known = y[np.isfinite(y)]
    low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, 1.0)
    up = Axis(low, high if high > low else low + 1e-6, label)
    across = Axis(float(x.min()), max(float(x.max()), float(x.min()) + 1), "epoch")
    pairs = [(a, b) for a, b in zip(x, y, strict=True) if np.isfinite(b)]
    points = np.array([[left + across.share(a) * width, top + height * (1 - up.share(b))] for a, b in pairs])
    marks: list[Mark] = [Box(left, top, width, height, border=FAINT), Text(left, top - 8, label, 13, bold=True)]
    for value, text in nice(up.low, up.high, count=4):
        marks.append(Text(left - 8, top + height * (1 - up.share(value)) + 4, text, 11, "end"))
    for value, text in nice(across.low, across.high, count=8):
        marks.append(Text(left + across.share(value) * width, top + height + 16, text, 11, "middle"))
    if len(points) > 1:
        marks.append(Line(points, color, 1.8))
    if len(points):
        marks.append(Dots(points, 2.5, color))
    return marks


def confusion(names: Sequence[str], counts: np.ndarray, path: Path) -> None:
    """Rows are the true classes, columns what was told; darker = a larger share of the row."""
    longest = max(map(len, names))
    left, top = 20 + 7 * longest, 40 + 6 * longest
    width, height = left + _CELL * len(names) + 20, top + _CELL * len(names) + 40
    marks: list[Mark] = [Text(10, 20, "true classes down, told classes across", 13, bold=True)]
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    for i, name in enumerate(names):
        marks.append(Text(left - 8, top + _CELL * i + 21, name, 12, "end"))
        marks.append(Text(left + _CELL * i + 21, top - 8 - 3 * len(name), name, 12, "middle", turned=True))
        for j in range(len(names)):
            grey = round(255 * (1 - 0.85 * float(shares[i, j])))
            fill = f"#{grey:02x}{grey:02x}{min(255, grey + 20):02x}"
            marks.append(Box(left + _CELL * j, top + _CELL * i, _CELL - 1, _CELL - 1, fill=fill))
            if counts[i, j]:
                color = "#ffffff" if shares[i, j] > 0.5 else "#20242e"
                place = (left + _CELL * j + _CELL / 2, top + _CELL * i + 21)
                marks.append(Text(*place, str(int(counts[i, j])), 12, "middle", color=color))
    write_text(path, svg.document(width, height, marks, title="confusion"))


def trade(hits: Sequence[float], alarms: Sequence[float], hours: float, path: Path) -> None:
    """Misses against false alarms an hour over all borders (a DET curve with alarms an hour on a scale of powers of ten)."""
    _, missed, wrong = det(hits, alarms, hours)
    left, top, width, height = 70, 50, 540, 300
    low, high = np.log10(0.5 / hours), np.log10(max(10.0, float(wrong.max(initial=0.0))))
    across, up = Axis(low, high, "false alarms an hour"), Axis(0.0, 1.0, "missed")
    marks: list[Mark] = [
        Box(left, top, width, height, border=FAINT),
        Text(left, 24, "missed against false alarms an hour", 13, bold=True),
    ]
    for value, text in nice(0.0, 100.0, count=5):
        marks.append(Text(left - 8, top + height * (1 - value / 100) + 4, f"{text} %", 11, "end"))
    for power in range(int(np.ceil(low)), int(np.floor(high)) + 1):
        x = left + across.share(power) * width
        marks += [
            Line(np.array([[x, top], [x, top + height]]), FAINT),
            Text(x, top + height + 18, f"{10.0**power:g}", 11, "middle"),
        ]
    along = left + np.array([across.share(np.log10(max(w, 0.5 / hours))) for w in wrong]) * width
    down = top + height * (1 - np.array([up.share(m) for m in missed]))
    marks.append(Line(np.stack([np.repeat(along, 2)[1:], np.repeat(down, 2)[:-1]], axis=1), _COLORS[0], 1.8))
    marks.append(
        Text(left + width / 2, top + height + 38, f"on {hours:.1f} h of speech without the phrase; {len(hits)} said", 11, "middle")
    )
    write_text(path, svg.document(640, 410, marks, title="misses against false alarms"))
