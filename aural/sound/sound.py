"""A sound that fits in memory by intent: samples, rate, and where it begins."""

from __future__ import annotations

import base64
import html
import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from aural.errors import EmptySound, UsageError
from aural.sound.blocks import one_channel
from aural.sound.resample import resample

_FASTEST = 10**9  # Hz
_LOUDEST = 1e9  # 180 dB above full scale; squares of more leave the range of float32
_SHOWN = 600.0  # seconds: a longer sound would make a notebook too large


@final
@dataclass(frozen=True, eq=False)
class Sound:
    """samples float32 [C, T], nominally -1..1; sample_rate (Hz); start (s): its place in the recording.

    [T] is taken as one channel. Integers count as full scale of their type. Raises: UsageError when
    that is no sound (other shapes, no numbers, rate below 1 Hz).
    """

    samples: NDArray[np.float32]
    sample_rate: int
    start: float = 0.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "samples", as_samples(self.samples))
        object.__setattr__(self, "sample_rate", whole_rate(self.sample_rate))
        object.__setattr__(self, "start", _seconds(self.start, "start"))

    @property
    def channels(self) -> int:
        return int(self.samples.shape[0])

    @property
    def length(self) -> int:
        """Samples in each channel."""
        return int(self.samples.shape[1])

    @property
    def duration(self) -> float:
        """Seconds."""
        return self.length / self.sample_rate

    @property
    def end(self) -> float:
        """Seconds from the start of the recording."""
        return self.start + self.duration

    def mono(self, channel: int | None = None) -> Sound:
        """One channel: the mean of all, or the asked one (0-based)."""
        if channel is not None and (not isinstance(channel, int) or not 0 <= channel < self.channels):
            raise UsageError(f"there is no channel {channel}", fix=f"This sound has the channels 0 to {self.channels - 1}")
        return replace(self, samples=one_channel(self.samples, channel))

    def resample(self, rate: int) -> Sound:
        """The same sound at `rate` Hz, band-limited."""
        rate = whole_rate(rate)
        if rate == self.sample_rate:
            return self
        return replace(self, samples=resample(self.samples, self.sample_rate, rate), sample_rate=rate)

    def cut(self, start: float = 0.0, end: float | None = None) -> Sound:
        """The part from `start` to `end`, seconds from this sound's own beginning; beyond the ends there is nothing."""
        start, end = _seconds(start, "start"), None if end is None else _seconds(end, "end")
        first = max(0, round(start * self.sample_rate))
        last = self.length if end is None else min(self.length, round(end * self.sample_rate))
        if first >= last:
            raise EmptySound(f"there is nothing between {start:g} s and {'the end' if end is None else f'{end:g} s'}",
                             fix=f"This sound is {self.duration:.3f} s long")  # fmt: skip
        return replace(self, samples=self.samples[:, first:last], start=self.start + first / self.sample_rate)

    def save(self, path: str | Path, *, bits: int = 16, bitrate: int | None = None) -> Path:
        """Write wav, flac, ogg, opus, mp3 or m4a by the extension of `path`; what lies outside -1..1 is clamped.

        `bits`: 16, 24 or 32 (float; wav only); `bitrate` (bit/s) for what loses. Gives the path back.
        """
        from aural.sound.encode import Writer

        with Writer(Path(path), self.sample_rate, self.channels, bits=bits, bitrate=bitrate) as out:
            out.write(self.samples)
        return Path(path)

    def same(self, other: object) -> bool:
        """True when samples, rate and start are equal."""
        return (
            isinstance(other, Sound)
            and (self.sample_rate, self.start) == (other.sample_rate, other.start)
            and np.array_equal(self.samples, other.samples)
        )

    def __repr__(self) -> str:
        count = f"{self.channels} channel{'s' if self.channels > 1 else ''}"
        return f"Sound({self.duration:.3f} s, {self.sample_rate} Hz, {count}, start={self.start:g})"

    def _repr_html_(self) -> str:
        """A player for notebooks."""
        from aural.sound.encode import encode

        words = html.escape(repr(self))
        shown = self if self.duration <= _SHOWN else self.cut(0, _SHOWN)
        rate = min(shown.sample_rate, 48_000) if shown.duration < 60 else min(shown.sample_rate, 16_000)
        small = shown.mono().resample(rate) if shown.duration >= 60 or shown.channels > 2 else shown.resample(rate)
        data = base64.b64encode(encode(small, "wav")).decode()
        return f'<figure><audio controls src="data:audio/wav;base64,{data}"></audio><figcaption>{words}</figcaption></figure>'


def whole_rate(rate: Any) -> int:
    """A sample rate as whole Hz. Raises: UsageError for what is none: texts, fractions, nothing, above 1 GHz."""
    try:
        whole = int(rate)
        right = not isinstance(rate, str | bytes | bool) and whole == rate and 1 <= whole <= _FASTEST
    except (TypeError, ValueError, OverflowError):
        right = False
    if not right:
        raise UsageError(f"a sample rate is a whole number of Hz above 0, not {rate!r:.40}")
    return whole


def _seconds(value: Any, name: str) -> float:
    try:
        seconds = float(value)
    except (TypeError, ValueError, OverflowError):
        seconds = math.nan
    if isinstance(value, str) or not math.isfinite(seconds):
        raise UsageError(f"{name} is a number of seconds, not {value!r:.40}")
    return seconds


def as_samples(values: Any) -> NDArray[np.float32]:
    """Anything like an array of samples as float32 [C, T], contiguous; integers are scaled to -1..1.

    Raises: UsageError for other shapes, for no samples, and for what is not finite.
    """
    try:
        array = np.asarray(values)
    except ValueError:
        raise UsageError("the rows of these samples differ in length", fix="Give an array [channels, samples]") from None
    if array.dtype.kind == "u" and array.dtype.itemsize == 1:
        array = (array.astype(np.float32) - 128) / 128
    elif array.dtype.kind == "i":
        array = array.astype(np.float64) / -float(np.iinfo(array.dtype).min)
    elif array.dtype.kind != "f":
        raise UsageError(f"samples are numbers, not {array.dtype}")
    if array.ndim == 1:
        array = array[None]
    if array.ndim != 2 or not array.shape[0]:
        raise UsageError(f"samples have the shape [channels, samples], not {list(array.shape)}")
    if not array.shape[1]:
        raise EmptySound("this sound holds no samples", fix="Give at least one sample")
    if array.shape[0] > 64 and array.shape[0] > array.shape[1]:
        raise UsageError(f"{array.shape[0]} channels are too many", fix="Transpose the array: its shape is [channels, samples]")
    with np.errstate(over="ignore"):
        samples = np.ascontiguousarray(array, dtype=np.float32)
    if not np.isfinite(samples).all():
        raise UsageError("some samples are not finite numbers", fix="Replace NaN and infinity first, as numpy.nan_to_num does")
    if max(float(samples.max()), -float(samples.min())) > _LOUDEST:
        raise UsageError(f"samples lie about -1 to 1, and these go beyond {_LOUDEST:g}", fix="Scale them first")
    return samples


def load(x: Any, *, rate: int | None = None, mono: bool = False, start: float = 0.0, end: float | None = None) -> Sound:
    """A whole recording, or the part from `start` to `end` (s), in memory.

    `x`: path, bytes, file object, "-" for standard input, a Source, a Sound, or (samples, rate).
    `rate` (Hz) and `mono` convert on the way. Raises: NotASound, DamagedSound, EmptySound,
    UnreadableSound, LimitReached when the memory is not enough.
    """
    from aural.sound.source import Source

    if isinstance(x, Source):
        return x.load(rate=rate, mono=mono, start=start, end=end)
    with Source(x) as source:
        return source.load(rate=rate, mono=mono, start=start, end=end)
