"""PNG files from pixels: 8-bit grey, RGB, or indices into a palette."""

from __future__ import annotations

import struct
import zlib

import numpy as np

from aural.errors import UsageError

_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def encode(pixels: np.ndarray, *, palette: np.ndarray | None = None, level: int = 6) -> bytes:
    """A PNG of pixels uint8 [H, W] (grey, or indices into `palette` uint8 [up to 256, 3]) or [H, W, 3] (RGB).

    Grey 0 is black, 255 white; row 0 is the top. `level` 0..9 trades time for size.
    Raises: UsageError for other shapes or types, or no pixel at all.
    """
    array = np.asarray(pixels)
    if array.dtype != np.uint8 or array.ndim not in (2, 3) or (array.ndim == 3 and array.shape[2] != 3) or not array.size:
        raise UsageError(f"pixels are uint8 [H, W] or [H, W, 3], not {array.dtype} {array.shape}", where="png")
    if palette is not None and (array.ndim != 2 or not 1 <= len(palette) <= 256 or int(array.max()) >= len(palette)):
        raise UsageError("a palette holds a color for every index of [H, W] pixels", where="png")
    height, width = array.shape[:2]
    kind = 2 if array.ndim == 3 else 3 if palette is not None else 0
    rows = array.reshape(height, -1)
    # Row filter 2 (difference to the row above) suits smooth pictures; indices of a palette are left alone.
    lines = np.zeros((height, rows.shape[1] + 1), np.uint8)
    lines[:, 1:] = rows
    if kind != 3:
        lines[1:, 0] = 2
        lines[1:, 1:] -= rows[:-1]
    parts = [_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, kind, 0, 0, 0))]
    if palette is not None:
        parts.append(_chunk(b"PLTE", np.asarray(palette, np.uint8).tobytes()))
    parts += [_chunk(b"IDAT", zlib.compress(lines.tobytes(), level)), _chunk(b"IEND", b"")]
    return _SIGNATURE + b"".join(parts)


def decode(data: bytes) -> np.ndarray:
    """The pixels of a PNG that `encode` wrote: uint8 [H, W] grey or indices, or [H, W, 3].

    Raises: UsageError for any other kind of PNG.
    """
    if not data.startswith(_SIGNATURE):
        raise UsageError("these bytes are no PNG", where="png")
    at, body, header = len(_SIGNATURE), b"", b""
    while at + 8 <= len(data):
        size, name = struct.unpack(">I4s", data[at : at + 8])
        part = data[at + 8 : at + 8 + size]
        header = part if name == b"IHDR" else header
        body += part if name == b"IDAT" else b""
        at += size + 12
    width, height, depth, kind = struct.unpack(">IIBB", header[:10])
    if depth != 8 or kind not in (0, 2, 3):
        raise UsageError("this PNG is of a kind that aural does not write", where="png")
    across = width * (3 if kind == 2 else 1)
    lines = np.frombuffer(zlib.decompress(body), np.uint8).reshape(height, across + 1)
    rows = lines[:, 1:].copy()
    if set(np.unique(lines[:, 0]).tolist()) - {0, 2}:
        raise UsageError("this PNG uses row filters that aural does not write", where="png")
    for y in range(1, height):
        if lines[y, 0] == 2:
            rows[y] += rows[y - 1]
    return rows.reshape(height, width, 3) if kind == 2 else rows


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
