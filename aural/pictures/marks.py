"""What a picture is made of: rasters, boxes, lines, columns, dots and texts, placed in pixels from the top left."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

INK, FAINT, PAPER = "#1d2330", "#d5d9e2", "#ffffff"


@dataclass(frozen=True, eq=False)
class Raster:
    """Indices uint8 [H, W] into colors uint8 [256, 3], stretched over a box."""

    x: int
    y: int
    width: int
    height: int
    indices: np.ndarray
    colors: np.ndarray


@dataclass(frozen=True)
class Box:
    """A filled rectangle; `border` is the color of its outline, fill None = outline only."""

    x: float
    y: float
    width: float
    height: float
    fill: str | None = None
    border: str | None = None


@dataclass(frozen=True, eq=False)
class Line:
    """A line through points [N, 2]; a row with NaN lifts the pen."""

    points: np.ndarray
    color: str = INK
    width: float = 1.0


@dataclass(frozen=True, eq=False)
class Columns:
    """A filled band from `low` [N] to `high` [N] (both downwards), one column of a pixel each from `x` on."""

    x: float
    low: np.ndarray
    high: np.ndarray
    color: str


@dataclass(frozen=True, eq=False)
class Dots:
    """Filled circles at points [N, 2]."""

    points: np.ndarray
    radius: float
    color: str


@dataclass(frozen=True)
class Text:
    """Text whose base line starts, is centered or ends (`anchor`) at x, y; `turned` reads upwards."""

    x: float
    y: float
    text: str
    size: float = 13.0
    anchor: str = "start"
    turned: bool = False
    color: str = INK
    bold: bool = False


Mark = Raster | Box | Line | Columns | Dots | Text
