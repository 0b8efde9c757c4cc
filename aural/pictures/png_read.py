"""How bright the points of any usual PNG file are."""

from __future__ import annotations

import struct
import zlib

import numpy as np

from aural.errors import FormatError, reason

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # kind of picture -> numbers a point
_LUMA = np.array([0.299, 0.587, 0.114])
_MOST = 16_000_000  # points


def brightness(data: bytes, where: str = "png") -> np.ndarray:
    """Brightness [H, W] from 0 (black) to 1 (white), row 0 the top; what is transparent is black.

    Takes gray, colors and palettes of 1 to 16 bits, as the format's standard (ISO/IEC 15948) writes them without interlacing.
    Raises: FormatError for what is no PNG, is damaged, interlaced, or has more than 16 million points.
    """
    try:
        return _brightness(data)
    except (struct.error, zlib.error, ValueError, IndexError, KeyError) as error:
        raise FormatError(
            f"this PNG cannot be read ({reason(error)})", where=where, fix="Save it as a PNG that is not interlaced"
        ) from None


def _brightness(data: bytes) -> np.ndarray:
    if not data.startswith(_SIGNATURE):
        raise ValueError("it does not begin as one")
    chunks: dict[bytes, bytes] = {}
    at = len(_SIGNATURE)
    while at + 8 <= len(data) and b"IEND" not in chunks:
        size, name = struct.unpack(">I4s", data[at : at + 8])
        chunks[name] = chunks.get(name, b"") + data[at + 8 : at + 8 + size]
        at += size + 12
    width, height, depth, kind, _, _, interlaced = struct.unpack(">IIBBBBB", chunks[b"IHDR"])
    if interlaced or not 0 < width * height <= _MOST or depth not in (1, 2, 4, 8, 16):
        raise ValueError(f"{width} x {height} points of {depth} bits{', interlaced' if interlaced else ''}")
    numbers = _SAMPLES[kind]
    across, step = -(-width * numbers * depth // 8), max(1, numbers * depth // 8)
    unpacked = zlib.decompressobj().decompress(chunks[b"IDAT"], height * (across + 1))
    rows = _unfiltered(np.frombuffer(unpacked, np.uint8).reshape(height, across + 1), step)
    values = _samples(rows, width * numbers, depth).reshape(height, width, numbers)
    if kind == 3:
        palette = np.frombuffer(chunks[b"PLTE"], np.uint8).reshape(-1, 3) / 255
        seen = np.ones(len(palette))
        told = np.frombuffer(chunks.get(b"tRNS", b""), np.uint8)[: len(palette)]
        seen[: len(told)] = told / 255
        return np.asarray(((palette @ _LUMA) * seen)[values[..., 0].astype(int)])
    values = values / (2**depth - 1)
    light = values[..., :3] @ _LUMA if numbers >= 3 else values[..., 0]
    return np.asarray(light * values[..., -1] if kind in (4, 6) else light)


def _unfiltered(lines: np.ndarray, step: int) -> np.ndarray:
    """Rows of bytes as they were before each was written as a difference to what lies left (`step` bytes) or above."""
    rows = np.zeros((len(lines) + 1, lines.shape[1] - 1 + step), np.uint8)
    for y, (way, line) in enumerate(zip(lines[:, 0], lines[:, 1:], strict=True), 1):
        above, row = rows[y - 1], rows[y]
        if way == 0 or way == 2:
            row[step:] = line + (above[step:] if way == 2 else 0)
        elif way == 1:
            whole = np.pad(line, (0, -len(line) % step)).reshape(-1, step)
            row[step:] = np.cumsum(whole, axis=0, dtype=np.uint8).ravel()[: len(line)]
        else:
            _byte_by_byte(row, above, line, step, mean=way == 3)
            if way > 4:
                raise ValueError(f"a row of the kind {way}")
    return rows[1:, step:]


def _byte_by_byte(row: np.ndarray, above: np.ndarray, line: np.ndarray, step: int, mean: bool) -> None:
    """The two ways that need the byte before: the mean of left and above, or the nearest of three (Paeth's)."""
    made, top = row.tolist(), above.tolist()
    for k, value in enumerate(line.tolist(), step):
        left, up, corner = made[k - step], top[k], top[k - step]
        if mean:
            guess = (left + up) // 2
        else:
            near = left + up - corner
            guess = min((left, up, corner), key=lambda one, near=near: abs(near - one))  # type: ignore[misc]
        made[k] = (value + guess) & 255
    row[:] = made


def _samples(rows: np.ndarray, count: int, depth: int) -> np.ndarray:
    """Numbers [H, count] out of bytes."""
    if depth == 16:
        return np.asarray(rows.reshape(len(rows), -1, 2) @ np.array([256, 1]))
    if depth == 8:
        return rows
    bits = np.unpackbits(rows, axis=1).reshape(len(rows), -1, depth)
    return np.asarray((bits @ (1 << np.arange(depth)[::-1]))[:, :count])
