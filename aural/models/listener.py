"""An encoder that learned elsewhere, with which the last stage of the classical pipeline hears, beside its cepstra.

Letters: T samples, J frames of the encoder, F frames of the cepstra, D and E widths of both.
"""

from __future__ import annotations

from typing import final

import numpy as np

from aural.models.engines._moonshine import RATE, SHORTEST, STRIDE
from aural.models.runtime import Session
from aural.sound.cepstra import HOP
from aural.sound.resample import resample

FILE = "listener.onnx"
_WINDOW = 895  # samples that the convolutions of a frame hear
_MOST = 1250  # frames that hear each other: 30 s, as memory grows with the square of them


@final
class Listener:
    """What an encoder makes of mono sound at some rate; training and recognition hear through the same graph."""

    def __init__(self, session: Session, rate: int) -> None:
        self._session, self._rate = session, rate

    def frames(self, samples: np.ndarray) -> np.ndarray:
        """Frames [J, E] in 16 bits of samples [T]; rows run alone, and long ones in even parts."""
        samples = np.asarray(samples, np.float32)
        if self._rate != RATE:
            samples = resample(samples[None], self._rate, RATE)[0]
        samples = np.pad(samples, (0, max(0, SHORTEST - len(samples))))
        count = (len(samples) - _WINDOW) // STRIDE + 1
        parts = np.array_split(np.arange(count) * STRIDE, -(-count // _MOST))
        ends = [starts[-1] + _WINDOW for starts in parts[:-1]] + [len(samples)]
        rows = [np.ascontiguousarray(samples[None, starts[0] : end]) for starts, end in zip(parts, ends, strict=True)]
        return np.concatenate([self._session.run({"input_values": row})[0][0].astype(np.float16) for row in rows])


def nearest(frames: int, own: int) -> np.ndarray:
    """For each of so many frames of the cepstra [F] the one of `own` frames of an encoder whose center is nearest."""
    center = (np.arange(frames) + 0.5) * HOP * RATE
    return np.clip(np.rint((center - _WINDOW / 2) / STRIDE).astype(np.int64), 0, own - 1)


def beside(heard: np.ndarray, sound: np.ndarray) -> np.ndarray:
    """What the net hears [F, D + E]: frames [F, D], each with the frame of the encoder [J, E] that is nearest."""
    return np.concatenate([heard, sound[nearest(len(heard), len(sound))]], axis=1, dtype=np.float32)
