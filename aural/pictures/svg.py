"""Marks written as SVG, heat maps as PNG inside."""

from __future__ import annotations

import base64
import html
from collections.abc import Iterable

import numpy as np

from aural.pictures import png
from aural.pictures.marks import PAPER, Box, Columns, Dots, Line, Mark, Raster, Text

_FONT = "system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif"


def document(width: int, height: int, marks: Iterable[Mark], *, title: str = "", more: str = "", paper: str = PAPER) -> str:
    """An SVG document of the marks; `more` is put in behind them as it is."""
    body = "\n".join(element(m) for m in marks)
    named = f"<title>{html.escape(title)}</title>\n" if title else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'font-family="{html.escape(_FONT)}">\n{named}<rect width="{width}" height="{height}" fill="{paper}"/>\n'
        f"{body}\n{more}</svg>\n"
    )


def element(mark: Mark) -> str:
    """One mark as an SVG element."""
    match mark:
        case Raster():
            data = base64.b64encode(png.encode(mark.indices, palette=mark.colors)).decode()
            return (
                f'<image x="{mark.x}" y="{mark.y}" width="{mark.width}" height="{mark.height}" preserveAspectRatio="none" '
                f'style="image-rendering:pixelated" href="data:image/png;base64,{data}"/>'
            )
        case Box():
            edge = f' stroke="{mark.border}"' if mark.border else ""
            size = f'width="{_n(mark.width)}" height="{_n(mark.height)}"'
            return f'<rect x="{_n(mark.x)}" y="{_n(mark.y)}" {size} fill="{mark.fill or "none"}"{edge}/>'
        case Line():
            return (
                f'<path d="{path(mark.points)}" fill="none" stroke="{mark.color}" stroke-width="{_n(mark.width)}" '
                'stroke-linejoin="round" stroke-linecap="round"/>'
            )
        case Columns():
            return _columns(mark)
        case Dots():
            known = mark.points[np.isfinite(mark.points).all(axis=1)]
            circles = "".join(f'<circle cx="{_n(x)}" cy="{_n(y)}" r="{_n(mark.radius)}"/>' for x, y in known)
            return f'<g fill="{mark.color}">{circles}</g>'
        case Text():
            turn = f' transform="rotate(-90 {_n(mark.x)} {_n(mark.y)})"' if mark.turned else ""
            weight = ' font-weight="600"' if mark.bold else ""
            return (
                f'<text x="{_n(mark.x)}" y="{_n(mark.y)}" font-size="{_n(mark.size)}" text-anchor="{mark.anchor}" '
                f'fill="{mark.color}"{weight}{turn}>{html.escape(_printable(mark.text))}</text>'
            )


def path(points: np.ndarray) -> str:
    """Points [N, 2] as the commands of an SVG path; a row with NaN lifts the pen."""
    words, pen = [], "M"
    for x, y in points:
        if np.isfinite(x) and np.isfinite(y):
            words.append(f"{pen}{_n(x)} {_n(y)}")
            pen = "L"
        else:
            pen = "M"
    if len(words) == 1:
        words.append("h0")
    return "".join(words)


def _columns(mark: Columns) -> str:
    """Bands of columns as closed shapes, at least a pixel thick, one for each unbroken stretch."""
    low, high = np.minimum(mark.low, mark.high), np.maximum(mark.low, mark.high)
    middle, half = (low + high) / 2, np.maximum((high - low) / 2, 0.5)
    known = np.isfinite(middle)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], known, [False]]).astype(int)))
    shapes = []
    for first, last in zip(edges[::2], edges[1::2], strict=True):
        x = mark.x + np.arange(first, last) + 0.5
        there = np.stack([x, middle[first:last] - half[first:last]], axis=1)
        back = np.stack([x, middle[first:last] + half[first:last]], axis=1)[::-1]
        shapes.append(path(np.concatenate([there, back])) + "Z")
    return f'<path d="{"".join(shapes)}" fill="{mark.color}"/>'


def _n(value: float) -> str:
    """A number in as few letters as two decimals need."""
    return f"{value:.2f}".rstrip("0").rstrip(".") if value % 1 else str(int(value))


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else "?" for c in text)
