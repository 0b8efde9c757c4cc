"""PNG files hold the pixels that were given."""

from __future__ import annotations

import struct
import zlib

import numpy as np
import pytest

from aural.errors import UsageError
from aural.pictures.png import decode, encode


@pytest.mark.parametrize("shape", [(1, 1), (3, 5), (40, 70), (3, 5, 3), (41, 17, 3)])
def test_there_and_back(shape: tuple[int, ...]) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    assert np.array_equal(decode(encode(pixels)), pixels)


def test_the_file_is_a_png() -> None:
    data = encode(np.zeros((2, 3), np.uint8))
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    size, name = struct.unpack(">I4s", data[8:16])
    assert (size, name) == (13, b"IHDR")
    assert struct.unpack(">IIBB", data[16:26]) == (3, 2, 8, 0)
    assert struct.unpack(">I", data[29:33])[0] == zlib.crc32(data[12:29])
    assert data.endswith(b"IEND\xaeB`\x82")


def test_a_palette_is_kept() -> None:
    palette = np.array([[1, 2, 3], [4, 5, 6]], np.uint8)
    data = encode(np.array([[0, 1], [1, 0]], np.uint8), palette=palette)
    assert data[25] == 3
    assert palette.tobytes() in data
    assert np.array_equal(decode(data), [[0, 1], [1, 0]])


def test_what_cannot_be_is_refused() -> None:
    for wrong in (np.zeros((2, 2)), np.zeros((0, 2), np.uint8), np.zeros((2, 2, 4), np.uint8), np.zeros(3, np.uint8)):
        with pytest.raises(UsageError):
            encode(wrong)
    with pytest.raises(UsageError):
        encode(np.full((2, 2), 9, np.uint8), palette=np.zeros((2, 3), np.uint8))
    with pytest.raises(UsageError):
        decode(b"GIF89a")
