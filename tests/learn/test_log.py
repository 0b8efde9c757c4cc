"""What is logged can be found again: values, pictures as PNG, sounds as wav."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from aural.learn.log import Log, Picture
from aural.pictures import png
from aural.sound.sound import Sound


def test_pictures_and_sounds_lie_in_the_log(tmp_path: Path) -> None:
    values = np.arange(12.0).reshape(3, 4)
    samples = (0.1 * np.random.default_rng(0).standard_normal((1, 500))).astype(np.float32)
    with Log(tmp_path) as log:
        log.add("loss", 0.5, 1)
        log.add("valid/said", Picture(values), 2)
        log.add("valid/said_sound", Sound(samples, 8000), 2)
    data = b"".join(p.read_bytes() for p in sorted((tmp_path / "log").iterdir()))
    assert b"valid/said_sound" in data and data.count(b"RIFF") == 1 and b"loss" in data
    start = data.index(b"\x89PNG")
    pixels = png.decode(data[start : data.index(b"IEND") + 8])
    # The first row of values stands at the bottom, the largest value is the brightest index.
    assert pixels.shape == (3, 4) and pixels[0, 3] == 255 and pixels[2, 0] == 0
