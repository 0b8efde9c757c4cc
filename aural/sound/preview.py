"""A recording of any length seen from afar: peaks, frames and spectra reduced to as many columns as a picture has."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import final

import numpy as np

from aural.errors import UsageError
from aural.sound.decibels import power_to_db
from aural.sound.mel import MelOptions
from aural.sound.sound import Sound
from aural.sound.spectrum import Framing, spectrogram


@final
class Slices:
    """Takes one channel in pieces of any size and hands out stretches that hold whole frames only.

    Frames lie as in a centered transform with both ends reflected: frame f around sample f * hop, and
    1 + T // hop of them in all. Compute a stretch with `center=False` and the same length and hop.
    """

    def __init__(self, length: int, hop: int) -> None:
        self._length, self._hop = length, hop
        self._held = np.zeros(0, np.float32)
        self._begun = False
        self._heard = self._frames = self._skip = 0

    def push(self, samples: np.ndarray) -> np.ndarray:
        """The next samples [t]; gives those [u] that whole frames are made of, perhaps none."""
        self._heard += len(samples)
        joined = np.concatenate([self._held, samples])
        if not self._begun:
            if len(joined) <= self._length:
                self._held = joined
                return np.zeros(0, np.float32)
            joined = self._reflected(joined)
        # Where frames lie further apart than they are long, samples between them are passed over.
        passed = min(self._skip, len(joined))
        self._skip -= passed
        return self._take(joined[passed:])

    def finish(self) -> np.ndarray:
        """What is left [u], with zeros behind it."""
        if not self._heard:
            return np.zeros(0, np.float32)
        if not self._begun:
            self._held = self._reflected(self._held)
        left = 1 + self._heard // self._hop - self._frames
        wanted = max(0, (left - 1) * self._hop + self._length) if left else 0
        if not wanted:
            return np.zeros(0, np.float32)
        held = self._held if len(self._held) and not self._skip else np.zeros(1, np.float32)
        return self._take(np.pad(held, (0, max(0, wanted - len(held))), mode="reflect")[:wanted])

    def _reflected(self, samples: np.ndarray) -> np.ndarray:
        self._begun = True
        return np.pad(samples, (self._length // 2, 0), mode="reflect")

    def _take(self, samples: np.ndarray) -> np.ndarray:
        if len(samples) < self._length:
            self._held = samples
            return np.zeros(0, np.float32)
        count = 1 + (len(samples) - self._length) // self._hop
        self._frames += count
        self._held = samples[count * self._hop :]
        self._skip = max(0, count * self._hop - len(samples))
        return samples[: (count - 1) * self._hop + self._length]


@final
class Shrunk:
    """The mean of frames [D, F] in columns [D, W], fed in pieces; `frames` in all, at most `columns` kept.

    With fewer frames than columns each frame keeps a column of its own.
    """

    def __init__(self, rows: int, *, frames: int, columns: int) -> None:
        if rows < 1 or columns < 1:
            raise UsageError(f"a picture of {columns} x {rows} values cannot be", where="preview")
        self._frames, self._columns = max(1, frames), min(columns, max(1, frames))
        self._sums = np.zeros((rows, self._columns))
        self._counts = np.zeros(self._columns)
        self._at = 0

    def add(self, frames: np.ndarray) -> None:
        """The next frames [D, f]; what comes after the last one joins the last column."""
        count = frames.shape[1]
        if not count:
            return
        column = np.minimum((self._at + np.arange(count)) * self._columns // self._frames, self._columns - 1)
        starts = np.flatnonzero(np.diff(column, prepend=-1))
        self._sums[:, column[starts]] += np.add.reduceat(frames, starts, axis=1, dtype=np.float64)
        self._counts[column[starts]] += np.diff(np.append(starts, count))
        self._at += count

    @property
    def values(self) -> np.ndarray:
        """The means [D, W]; columns that no frame reached are 0."""
        return np.asarray(self._sums / np.maximum(self._counts, 1))


@final
class Peaks:
    """The lowest and highest sample of each column [W], fed in pieces; `samples` in all."""

    def __init__(self, *, samples: int, columns: int) -> None:
        self._samples, self._columns = max(1, samples), max(1, min(columns, max(1, samples)))
        self.low, self.high = np.full(self._columns, np.inf), np.full(self._columns, -np.inf)
        self._at = 0

    def add(self, samples: np.ndarray) -> None:
        """The next samples [t] of one channel."""
        if not len(samples):
            return
        first = np.arange(self._columns + 1) * self._samples // self._columns - self._at
        inside = np.flatnonzero((first[1:] > 0) & (first[:-1] < len(samples)))
        if len(inside):
            starts = np.clip(first[inside], 0, len(samples) - 1)
            self.low[inside] = np.minimum(self.low[inside], np.minimum.reduceat(samples, starts))
            self.high[inside] = np.maximum(self.high[inside], np.maximum.reduceat(samples, starts))
        self._at += len(samples)

    @property
    def both(self) -> np.ndarray:
        """Low and high of each column [W, 2]; 0 where nothing came."""
        pair = np.stack([self.low, self.high], axis=1)
        return np.asarray(np.where(np.isfinite(pair), pair, 0.0))


@dataclass(frozen=True, eq=False)
class Preview:
    """Peaks [N, 2] of the wave, and log-mel levels [M, W] in dB below the loudest, of a whole recording."""

    peaks: np.ndarray
    levels: np.ndarray
    top_hz: float


def preview(
    blocks: Iterable[Sound], *, duration: float, sample_rate: int = 16000, columns: int = 2400, n_mels: int = 96, points: int = 0
) -> Preview:
    """Wave and log-mel picture of a recording of any length from its mono blocks; memory stays flat.

    `duration` in s and `sample_rate` in Hz as the blocks have them; `points` of the wave, 0 = as many as columns.
    """
    window = max(2, round(0.032 * sample_rate))
    # Long recordings have far more frames than columns: they are looked at in as few as eight a column.
    hop = max(round(0.010 * sample_rate), round(duration * sample_rate / columns / 8))
    n_fft = 1 << (2 * window - 1).bit_length()
    options = MelOptions(sample_rate, n_fft=n_fft, hop=hop, n_mels=n_mels, window_length=window, center=False)
    total = round(duration * sample_rate)
    slices, peaks = Slices(options.n_fft, hop), Peaks(samples=total, columns=points or columns)
    shrunk = Shrunk(n_mels, frames=1 + total // hop, columns=columns)
    framing, bank = options.framing, options.bank
    for block in blocks:
        samples = block.samples.mean(axis=0)
        peaks.add(samples)
        shrunk.add(bank @ spectrogram(slices.push(samples), framing=framing))
    shrunk.add(bank @ spectrogram(slices.finish(), framing=framing))
    levels = power_to_db(shrunk.values, reference="max", top_db=80.0, floor=1e-12)
    return Preview(peaks.both, levels, sample_rate / 2)


def framing_of(sample_rate: int, *, window: float, hop: float, n_fft: int | None = None) -> Framing:
    """Slices of `window` s every `hop` s for a picture: zero-padded so far that the lowest mel bands hold a bin."""
    length = max(2, round(window * sample_rate))
    wanted = n_fft or 1 << (max(length, sample_rate // 12) - 1).bit_length()
    return Framing(max(length, wanted), max(1, round(hop * sample_rate)), length, center=False)
