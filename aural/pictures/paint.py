"""Marks painted as pixels, with soft edges."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from aural.pictures import font
from aural.pictures.colors import rgb
from aural.pictures.marks import PAPER, Box, Columns, Dots, Line, Mark, Raster, Text


def paint(width: int, height: int, marks: Iterable[Mark], *, paper: str = PAPER) -> np.ndarray:
    """Pixels uint8 [H, W, 3] of the marks in their order."""
    canvas = np.empty((height, width, 3), np.float32)
    canvas[:] = rgb(paper)
    for mark in marks:
        match mark:
            case Raster():
                _raster(canvas, mark)
            case Box():
                _box(canvas, mark)
            case Line():
                _line(canvas, mark.points, mark.color, mark.width)
            case Columns():
                _columns(canvas, mark)
            case Dots():
                _dots(canvas, mark)
            case Text():
                _text(canvas, mark)
    return np.asarray(np.rint(canvas)).astype(np.uint8)


def _raster(canvas: np.ndarray, mark: Raster) -> None:
    rows, columns = mark.indices.shape
    # Every pixel takes the value under its middle; nothing is blurred, so that levels can be read off.
    down = ((np.arange(mark.height) + 0.5) * rows / mark.height).astype(int)
    across = ((np.arange(mark.width) + 0.5) * columns / mark.width).astype(int)
    pixels = mark.colors[mark.indices[down[:, None], across[None, :]]]
    top, left = max(0, mark.y), max(0, mark.x)
    part = canvas[top : mark.y + mark.height, left : mark.x + mark.width]
    part[:] = pixels[top - mark.y : top - mark.y + part.shape[0], left - mark.x : left - mark.x + part.shape[1]]


def _box(canvas: np.ndarray, mark: Box) -> None:
    if mark.fill is not None:
        down = _covered(np.arange(canvas.shape[0]), mark.y, mark.y + mark.height)
        across = _covered(np.arange(canvas.shape[1]), mark.x, mark.x + mark.width)
        rows, columns = np.flatnonzero(down), np.flatnonzero(across)
        if len(rows) and len(columns):
            part = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
            _blend(canvas[part], down[part[0], None] * across[None, part[1]], mark.fill)
    if mark.border is not None:
        right, bottom = mark.x + mark.width, mark.y + mark.height
        corners = [[mark.x, mark.y], [right, mark.y], [right, bottom], [mark.x, bottom], [mark.x, mark.y]]
        _line(canvas, np.array(corners, float), mark.border, 1.0)


def _line(canvas: np.ndarray, points: np.ndarray, color: str, width: float) -> None:
    """Cover by the distance to the nearest segment, so that joints are round and nothing is painted twice."""
    good = np.isfinite(points).all(axis=1)
    if not good.any():
        return
    reach = width / 2 + 1
    whole = points[good]
    top, left = _floor(whole[:, 1].min() - reach), _floor(whole[:, 0].min() - reach)
    part = canvas[top : int(whole[:, 1].max() + reach) + 1, left : int(whole[:, 0].max() + reach) + 1]
    if not part.size:
        return
    cover = np.zeros(part.shape[:2], np.float32)
    ends = [(a, b) for a, b, ok in zip(points[:-1], points[1:], good[:-1] & good[1:], strict=True) if ok]
    ends = ends or [(whole[0], whole[0])]
    for a, b in ends:
        _segment(cover, a - [left + 0.5, top + 0.5], b - [left + 0.5, top + 0.5], width)
    _blend(part, cover, color)


def _segment(cover: np.ndarray, a: np.ndarray, b: np.ndarray, width: float) -> None:
    reach = width / 2 + 0.5
    y0, x0 = _floor(min(a[1], b[1]) - reach), _floor(min(a[0], b[0]) - reach)
    part = cover[y0 : int(max(a[1], b[1]) + reach) + 2, x0 : int(max(a[0], b[0]) + reach) + 2]
    if not part.size:
        return
    y, x = np.arange(part.shape[0])[:, None] + y0 - a[1], np.arange(part.shape[1])[None, :] + x0 - a[0]
    along = b - a
    length = float(along @ along)
    share = np.clip((x * along[0] + y * along[1]) / length, 0, 1) if length > 0 else np.zeros(part.shape)
    distance = np.hypot(x - share * along[0], y - share * along[1])
    np.maximum(part, np.clip(reach - distance, 0, min(1.0, width)).astype(np.float32), out=part)


def _columns(canvas: np.ndarray, mark: Columns) -> None:
    left, cut = max(0, round(mark.x)), max(0, -round(mark.x))
    count = min(len(mark.low) - cut, canvas.shape[1] - left)
    if count < 1:
        return
    inside = slice(cut, cut + count)
    low, high = np.minimum(mark.low, mark.high)[inside], np.maximum(mark.low, mark.high)[inside]
    known = np.isfinite(low) & np.isfinite(high)
    if not known.any():
        return
    middle = (low + high) / 2
    half = np.maximum((high - low) / 2, 0.6)
    low, high = np.where(known, middle - half, -9), np.where(known, middle + half, -9)
    top = _floor(float(low[known].min()))
    bottom = min(canvas.shape[0], int(high[known].max()) + 2)
    rows = np.arange(top, bottom)[:, None]
    cover = np.clip(np.minimum(rows + 1, high) - np.maximum(rows, low), 0, 1)
    _blend(canvas[top:bottom, left : left + count], cover.astype(np.float32), mark.color)


def _dots(canvas: np.ndarray, mark: Dots) -> None:
    for x, y in mark.points:
        if not (np.isfinite(x) and np.isfinite(y)):
            continue
        top, left = _floor(y - mark.radius - 1), _floor(x - mark.radius - 1)
        part = canvas[top : int(y + mark.radius) + 2, left : int(x + mark.radius) + 2]
        if part.size:
            rows, columns = np.arange(part.shape[0])[:, None] + top + 0.5, np.arange(part.shape[1])[None, :] + left + 0.5
            _blend(part, np.clip(mark.radius + 0.5 - np.hypot(columns - x, rows - y), 0, 1), mark.color)


def _text(canvas: np.ndarray, mark: Text) -> None:
    lines, width = font.strokes(mark.text, size=mark.size)
    shift = {"start": 0.0, "middle": width / 2, "end": width}[mark.anchor]
    pen = mark.size / (8.0 if mark.bold else 11.0)
    for points in lines:
        x, y = points[:, 0] - shift, points[:, 1]
        placed = np.stack([mark.x + y, mark.y - x] if mark.turned else [mark.x + x, mark.y + y], axis=1)
        _line(canvas, placed, mark.color, max(1.15, pen))


def _blend(part: np.ndarray, cover: np.ndarray, color: str) -> None:
    part += np.asarray(cover, np.float32)[..., None] * (np.asarray(rgb(color), np.float32) - part)


def _covered(pixels: np.ndarray, low: float, high: float) -> np.ndarray:
    return np.asarray(np.clip(np.minimum(pixels + 1, high) - np.maximum(pixels, low), 0, 1))


def _floor(value: float) -> int:
    return max(0, int(np.floor(value)))
