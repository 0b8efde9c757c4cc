"""Band-limited resampling between any two rates, whole or in blocks with carried state (soxr HQ)."""

from __future__ import annotations

from typing import Any, final

import numpy as np
import soxr
from numpy.typing import NDArray

from aural.errors import UsageError

Samples = NDArray[np.float32]
_PIECE = 1 << 18  # samples a call: soxr's working memory follows the piece, not the recording


@final
class Resampler:
    """Resamples a stream that comes in blocks; what goes in by any cutting comes out the same.

    `push` gives what is ready, [C, t]; `finish` gives the rest, so that all blocks together hold
    ceil(T * to_rate / from_rate) samples. The filter's delay is taken out: times stay where they are.
    """

    def __init__(self, from_rate: int, to_rate: int, channels: int = 1) -> None:
        if from_rate < 1 or to_rate < 1:
            raise UsageError(f"a sample rate is at least 1 Hz, not {min(from_rate, to_rate)}")
        self.from_rate, self.to_rate, self.channels = from_rate, to_rate, channels
        self._taken = self._given = 0
        self._stream: Any = None
        if from_rate != to_rate:
            self._stream = soxr.ResampleStream(from_rate, to_rate, channels, dtype="float32", quality="HQ")

    def push(self, samples: Samples) -> Samples:
        """Take [C, t] at `from_rate`, give what is ready, [C, t'] at `to_rate`."""
        if samples.ndim != 2 or samples.shape[0] != self.channels:
            raise ValueError(f"this resampler takes [{self.channels}, T], not {samples.shape}")
        if self._stream is None:
            return samples
        self._taken += samples.shape[1]
        parts = [self._through(samples[:, at : at + _PIECE]) for at in range(0, samples.shape[1], _PIECE)]
        ready = np.concatenate(parts, axis=1) if parts else np.zeros((self.channels, 0), np.float32)
        return self._counted(ready)

    def finish(self) -> Samples:
        """The samples still held back; the resampler is spent after this."""
        if self._stream is None:
            return np.zeros((self.channels, 0), np.float32)
        rest = self._through(np.zeros((self.channels, 0), np.float32), last=True)
        short = self._due() - self._given - rest.shape[1]
        if short > 0:  # soxr rounds the length; ours is always the upper one
            rest = np.pad(rest, ((0, 0), (0, short)))
        return self._counted(rest)

    def _through(self, samples: Samples, last: bool = False) -> Samples:
        flat = np.ascontiguousarray(samples.T, dtype=np.float32)
        out = self._stream.resample_chunk(flat if self.channels > 1 else flat[:, 0], last=last)
        return np.ascontiguousarray(out.reshape(-1, self.channels).T)

    def _due(self) -> int:
        return -(-self._taken * self.to_rate // self.from_rate)

    def _counted(self, ready: Samples) -> Samples:
        ready = ready[:, : max(0, self._due() - self._given)]
        self._given += ready.shape[1]
        return ready


def resample(samples: Samples, from_rate: int, to_rate: int, *, antialias: bool = True) -> Samples:
    """[C, T] (or [T]) at `from_rate` Hz to [C, ceil(T * to_rate / from_rate)] at `to_rate` Hz.

    Everything above half of the new rate is filtered away first. `antialias=False` shows what
    happens without that filter: plain interpolation between samples, so a tone of 5 kHz taken down
    to 8 kHz comes out at 3 kHz. For demonstrations only.
    """
    one = samples.ndim == 1
    stack = np.asarray(samples[None] if one else samples, dtype=np.float32)
    if antialias:
        moved = Resampler(from_rate, to_rate, stack.shape[0])
        head = moved.push(stack)
        tail = moved.finish()
        out = np.concatenate([head, tail], axis=1) if tail.shape[1] else head
    else:
        out = _interpolated(stack, from_rate, to_rate)
    return out[0] if one else out


def _interpolated(samples: Samples, from_rate: int, to_rate: int) -> Samples:
    length = -(-samples.shape[1] * to_rate // from_rate)
    at = np.arange(length) * (from_rate / to_rate)
    places = np.arange(samples.shape[1])
    return np.stack([np.interp(at, places, channel) for channel in samples]).astype(np.float32).reshape(-1, length)
