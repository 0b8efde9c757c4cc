"""PNGs of every usual kind are read; the files are written here as the standard says. Damaged ones end in one sentence."""

from __future__ import annotations

import struct
import zlib

import numpy as np
import pytest

from aural.errors import FormatError
from aural.pictures import png
from aural.pictures.png_read import brightness

RNG = np.random.default_rng(0)
SMOOTH = (np.add.outer(np.arange(37), np.arange(53)) * 2 + RNG.integers(0, 9, (37, 53))).astype(np.uint8)
LUMA = np.array([0.299, 0.587, 0.114])


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def written(rows: np.ndarray, width: int, kind: int, depth: int, step: int, more: bytes = b"", interlaced: int = 0) -> bytes:
    """A PNG of bytes [H, N] whose rows take the five filters in turn."""
    lines = bytearray()
    for y, row in enumerate(rows.astype(int)):
        way = y % 5
        above = rows[y - 1].astype(int) if y else np.zeros_like(row)
        left, corner = (np.concatenate([np.zeros(step, int), r])[: len(row)] for r in (row, above))
        near = left + above - corner
        a, b, c = abs(near - left), abs(near - above), abs(near - corner)
        paeth = np.where((a <= b) & (a <= c), left, np.where(b <= c, above, corner))
        guess = (np.zeros_like(row), left, above, (left + above) // 2, paeth)[way]
        lines += bytes([way]) + ((row - guess) % 256).astype(np.uint8).tobytes()
    header = struct.pack(">IIBBBBB", width, len(rows), depth, kind, 0, 0, interlaced)
    body = zlib.compress(bytes(lines))
    parts = [chunk(b"IHDR", header), more, chunk(b"IDAT", body[:50]), chunk(b"IDAT", body[50:]), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def test_gray_color_and_what_is_transparent() -> None:
    gray = SMOOTH / 255
    color = np.stack([SMOOTH, SMOOTH[::-1], SMOOTH[:, ::-1]], axis=2)
    light, seen = color @ LUMA / 255, np.where(SMOOTH > 60, 255, 0).astype(np.uint8)
    np.testing.assert_allclose(brightness(written(SMOOTH, 53, 0, 8, 1)), gray)
    np.testing.assert_allclose(brightness(written(color.reshape(37, -1), 53, 2, 8, 3)), light)
    both = np.stack([SMOOTH, seen], axis=2).reshape(37, -1)
    np.testing.assert_allclose(brightness(written(both, 53, 4, 8, 2)), gray * (seen / 255))
    all_four = np.concatenate([color, seen[..., None]], axis=2).reshape(37, -1)
    np.testing.assert_allclose(brightness(written(all_four, 53, 6, 8, 4)), light * (seen / 255))


def test_other_depths_and_palettes() -> None:
    wide = np.stack([SMOOTH, np.full_like(SMOOTH, 7)], axis=2).reshape(37, -1)
    np.testing.assert_allclose(brightness(written(wide, 53, 0, 16, 2)), (SMOOTH * 256.0 + 7) / 65535)
    bits = SMOOTH > 80
    np.testing.assert_allclose(brightness(written(np.packbits(bits, axis=1), 53, 0, 1, 1)), bits)
    colors = RNG.integers(0, 256, (4, 3)).astype(np.uint8)
    chosen = SMOOTH[:, :52] % 4
    packed = chosen.reshape(37, 13, 4) @ np.array([64, 16, 4, 1])
    more = chunk(b"PLTE", colors.tobytes()) + chunk(b"tRNS", bytes([255, 0]))
    expected = (colors @ LUMA / 255) * [1, 0, 1, 1]
    np.testing.assert_allclose(brightness(written(packed, 52, 3, 2, 1, more)), expected[chosen])


def test_what_we_write_is_read_again() -> None:
    np.testing.assert_allclose(brightness(png.encode(SMOOTH)), SMOOTH / 255, atol=1e-9)


@pytest.mark.parametrize("cut", [0, 7, 20, 40, 200])
def test_damage_is_told(cut: int) -> None:
    with pytest.raises(FormatError, match="cannot be read"):
        brightness(png.encode(SMOOTH)[:cut])


def test_interlaced_files_are_refused() -> None:
    with pytest.raises(FormatError, match="interlaced"):
        brightness(written(SMOOTH, 53, 0, 8, 1, interlaced=1))
