"""An encoder beside the cepstra: which of its frames lies where, long and short rows, and other rates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from aural.models.listener import Listener, beside, nearest
from aural.models.runtime import Session
from aural.sound.cepstra import HOP

STRIDE, WINDOW, RATE = 384, 895, 16000


class Loudness(Session):
    """In an encoder's place: each frame is the mean square of what it hears, and the number of samples that came with it."""

    def __init__(self) -> None:
        self.rows: list[int] = []

    def run(self, feeds: Mapping[str, np.ndarray], outputs: Sequence[str] | None = None) -> list[np.ndarray]:
        samples = feeds["input_values"][0]
        self.rows.append(len(samples))
        windows = np.lib.stride_tricks.sliding_window_view(samples, WINDOW)[::STRIDE]
        return [np.stack([(windows**2).mean(1), np.full(len(windows), 0.5)], axis=1)[None].astype(np.float32)]


@pytest.mark.parametrize("frames", [1, 7, 100, 3001])
def test_each_frame_takes_the_one_whose_center_is_nearest(frames: int) -> None:
    own = max(1, (frames * 160 - WINDOW) // STRIDE + 1)
    found = nearest(frames, own)
    centers = (np.arange(own) * STRIDE + WINDOW / 2) / RATE
    away = np.abs((np.arange(frames) + 0.5)[:, None] * HOP - centers)
    assert np.allclose(away[np.arange(frames), found], away.min(axis=1)) and (np.diff(found) >= 0).all()


def test_what_is_loud_is_loud_in_both() -> None:
    samples = np.zeros(RATE, np.float32)
    samples[8000:12000] = 0.5
    sound = Listener(Loudness(), RATE).frames(samples)
    heard = np.repeat(samples.reshape(-1, 160)[:, :1], 3, axis=1)
    found = beside(heard, sound)
    assert found.shape == (100, 5) and found.dtype == np.float32 and sound.dtype == np.float16
    assert np.array_equal(found[:, :3], heard) and np.corrcoef(found[:, 0], found[:, 3])[0, 1] > 0.9


def test_short_rows_are_filled_up_and_long_ones_are_heard_in_even_parts() -> None:
    session = Loudness()
    assert len(Listener(session, RATE).frames(np.zeros(10, np.float32))) == 2 and session.rows == [1600]
    samples = np.random.default_rng(0).standard_normal(70 * RATE).astype(np.float32)
    whole, alone = Listener(session, RATE).frames(samples), Loudness().run({"input_values": samples[None]})[0][0]
    assert len(whole) == (len(samples) - WINDOW) // STRIDE + 1 and np.allclose(whole, alone, atol=2e-3)
    assert len(session.rows) == 4 and max(session.rows[1:]) - min(session.rows[1:]) <= STRIDE


def test_other_rates_are_brought_to_its_own() -> None:
    tone = 0.5 * np.sin(2 * np.pi * 440 * np.arange(RATE) / RATE)
    both = [Listener(Loudness(), rate).frames(tone[:: RATE // rate]) for rate in (RATE, 8000)]
    assert both[0].shape == both[1].shape and np.allclose(both[0][2:-2], both[1][2:-2], atol=1e-2)
