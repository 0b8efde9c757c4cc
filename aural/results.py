"""What aural answers with: frozen types, seconds as floats, and the one `Result` that holds them.

Times are seconds from the start of the recording, on a 1 ms grid once in a `Result`; spans are
[start, end) with 0 <= start < end <= duration. Scores and confidences lie in [0, 1]. `None` = not
asked or unknown; empty = asked, nothing found.
"""

from __future__ import annotations

import dataclasses
import itertools
import math
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np

from aural import find

Timed = Literal["measured", "guessed"]


@dataclass(frozen=True)
class Question:
    """What a model answers: over a clip, each frame or a sequence; with a class, a set or a number."""

    over: Literal["clip", "frame", "sequence"]
    answer: Literal["class", "set", "number"]


@dataclass(frozen=True)
class Recording:
    """The recording that was heard. `duration` (s) and `sha256` of the bytes are None while live."""

    name: str
    duration: float | None
    sample_rate: int
    channels: int
    sha256: str | None = None


@dataclass(frozen=True)
class Span:
    """A stretch of a recording: [start, end) in seconds, `channel` 0-based or None for all."""

    start: float
    end: float
    channel: int | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        if not (math.isfinite(self.start) and math.isfinite(self.end) and 0 <= self.start < self.end):
            raise ValueError(f"a span needs 0 <= start < end, not {self.start} to {self.end}")

    @property
    def duration(self) -> float:
        return self.end - self.start

    def overlap(self, other: Span) -> float:
        """Seconds that both spans share."""
        return max(0.0, min(self.end, other.end) - max(self.start, other.start))


@dataclass(frozen=True)
class Word(Span):
    """One written word with its time. `spoken` = as said ("one fifty"); `timed` tells measured from guessed."""

    text: str
    spoken: str | None = field(default=None, kw_only=True)
    confidence: float | None = field(default=None, kw_only=True)
    speaker: str | None = field(default=None, kw_only=True)
    timed: Timed = field(default="measured", kw_only=True)


@dataclass(frozen=True)
class Segment(Span):
    """A sentence or phrase. `scores`: name -> number (avg_logprob, no_speech_prob, language_probability ...)."""

    text: str
    words: tuple[Word, ...] | None = field(default=None, kw_only=True)
    speaker: str | None = field(default=None, kw_only=True)
    language: str | None = field(default=None, kw_only=True)
    confidence: float | None = field(default=None, kw_only=True)
    scores: Mapping[str, float] = field(default_factory=dict, kw_only=True)
    alternatives: tuple[str, ...] = field(default=(), kw_only=True)

    def __str__(self) -> str:
        """When, who and what; `repr` tells every word."""
        return f"[{clock(self.start)} - {clock(self.end)}] {f'{self.speaker}: ' if self.speaker else ''}{self.text}"


@dataclass(frozen=True)
class Turn(Span):
    """One speaker speaks from start to end. Turns of two speakers may overlap."""

    speaker: str
    confidence: float | None = field(default=None, kw_only=True)


@dataclass(frozen=True)
class Speaker:
    """One voice of a recording. `name` comes from the voice book, with its cosine `score`."""

    label: str
    name: str | None = None
    score: float | None = None
    traits: tuple[Label, ...] = ()


@dataclass(frozen=True)
class Event(Span):
    """Something heard from start to end. `layer`: sound, overlap, chord, key, section, keyword, phone ... (open)."""

    label: str
    score: float | None = field(default=None, kw_only=True)
    layer: str = field(default="sound", kw_only=True)


@dataclass(frozen=True)
class Label:
    """One answer for a whole clip with its score in [0, 1]."""

    label: str
    score: float | None = None


@dataclass(frozen=True)
class Note(Span):
    """A played note: MIDI pitch (69 = 440 Hz) and velocity 0..127."""

    pitch: float
    velocity: int = field(default=64, kw_only=True)


@dataclass(frozen=True)
class Beat:
    """A beat at `time` (s); `position` 1 = downbeat."""

    time: float
    position: int | None = None


@dataclass(frozen=True, eq=False)
class Curve:
    """A number over time: values [F], one each `hop` seconds from `start`; NaN = none."""

    name: str
    unit: str
    start: float
    hop: float
    values: np.ndarray

    def same(self, other: Curve) -> bool:
        plain = (self.name, self.unit, self.start, self.hop) == (other.name, other.unit, other.start, other.hop)
        return plain and np.array_equal(self.values, other.values, equal_nan=True)


@dataclass(frozen=True, eq=False)
class Codes:
    """Sound as tokens: int codes [Q, F] of a codec."""

    codes: np.ndarray
    codec: str
    frame_rate: float
    sample_rate: int

    def same(self, other: Codes) -> bool:
        plain = (self.codec, self.frame_rate, self.sample_rate) == (other.codec, other.frame_rate, other.sample_rate)
        return plain and np.array_equal(self.codes, other.codes)


@dataclass(frozen=True, eq=False)
class Vectors:
    """Embeddings: values [N, D] of unit length, the span of each, and the sha256 of the model."""

    values: np.ndarray
    spans: tuple[Span, ...]
    model: str

    def same(self, other: Vectors) -> bool:
        return (self.spans, self.model) == (other.spans, other.model) and np.array_equal(self.values, other.values)


@dataclass(frozen=True)
class Match:
    """A comparison: score (cosine or probability), whether it passes `threshold`, offset (s) where it applies."""

    name: str
    score: float
    accepted: bool
    threshold: float
    offset: float | None = None


@dataclass(frozen=True)
class Update:
    """One live message. A final never changes; `revises` counts the updates before it that it replaces.

    `stable` counts the leading words of a partial that later partials of the same phrase keep.
    """

    kind: Literal["partial", "final", "speech_start", "speech_end", "turn_end"]
    span: Span
    words: tuple[Word, ...] = ()
    revises: int = 0
    text: str = ""
    stable: int = 0


@dataclass(frozen=True, eq=False)
class Media:
    """What a page shows beside a result: peaks [N, 2] of the waveform, pictures and playable bytes."""

    duration: float
    peaks: np.ndarray
    spectrogram_png: bytes | None = None
    audio: bytes | None = None
    audio_type: str = ""
    voices: Mapping[str, tuple[tuple[float, float], ...]] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Report:
    """Numbers about a recording or a model: sections of (name, value, unit), as `info` prints them."""

    title: str
    sections: Mapping[str, tuple[tuple[str, float | int | str | None, str], ...]]
    curves: tuple[Curve, ...] = ()

    def __getitem__(self, name: str) -> float | int | str | None:
        """The value of the first row called `name`."""
        for rows in self.sections.values():
            for row in rows:
                if row[0] == name:
                    return row[1]
        raise KeyError(name)

    def __str__(self) -> str:
        lines = [self.title]
        for section, rows in self.sections.items():
            lines.append(f"{section}")
            lines += [f"  {name:<22} {_plain(value)} {unit}".rstrip() for name, value, unit in rows]
        return "\n".join(lines)


@dataclass(frozen=True, eq=False, repr=False)
class Result:
    """Everything that was heard in one recording. New kinds become a `layer` or a `Curve`, not a field.

    `made_by` maps each role to the name of the model that filled it; `speech` are the voiced spans.
    """

    recording: Recording
    made_by: Mapping[str, Any] = field(default_factory=dict)
    language: str | None = None
    speech: tuple[Span, ...] | None = None
    segments: tuple[Segment, ...] | None = None
    turns: tuple[Turn, ...] | None = None
    speakers: tuple[Speaker, ...] | None = None
    events: tuple[Event, ...] | None = None
    labels: tuple[Label, ...] | None = None
    notes: tuple[Note, ...] | None = None
    beats: tuple[Beat, ...] | None = None
    curves: tuple[Curve, ...] | None = None
    version: str = "aural/1"

    def __post_init__(self) -> None:
        for name in ("speech", "turns", "events", "segments"):
            spans = getattr(self, name) or ()
            _check_inside(spans, self.recording.duration, name)
        words = list(self.words())
        _check_inside(words, self.recording.duration, "words")
        for channel in {w.channel for w in words}:
            starts = [w.start for w in words if w.channel == channel]
            if any(b < a for a, b in itertools.pairwise(starts)):
                raise ValueError("word starts go back")

    @property
    def text(self) -> str:
        """All segments' text as one line."""
        return " ".join(s.text for s in self.segments or ()).strip()

    @property
    def duration(self) -> float | None:
        return self.recording.duration

    def words(self) -> Iterator[Word]:
        """Every word of every segment, in order."""
        for segment in self.segments or ():
            yield from segment.words or ()

    def __getitem__(self, key: str) -> Any:
        """`result["text"]`, `result["segments"]` for readers of whisper's dictionaries."""
        if key in ("text", "language", "duration") or key in {f.name for f in dataclasses.fields(self)}:
            return getattr(self, key)
        raise KeyError(key)

    def save(self, path: str | os.PathLike[str], *, options: Mapping[str, Any] | None = None, media: Media | None = None) -> Path:
        """Write it in the format that the ending of `path` tells, such as "talk.srt"; gives the path back. As `aural.save`.

        Raises: UsageError for an ending or an option that no format has, LimitReached (disk).
        """
        written: Path = find.attribute("formats._saved", "save")(self, path, options=options, media=media)
        return written

    def same(self, other: Result) -> bool:
        """Equal in every field, arrays included."""
        for f in dataclasses.fields(self):
            mine, theirs = getattr(self, f.name), getattr(other, f.name)
            if f.name == "curves":
                if (mine is None) != (theirs is None) or len(mine or ()) != len(theirs or ()):
                    return False
                if not all(a.same(b) for a, b in zip(mine or (), theirs or (), strict=True)):
                    return False
            elif mine != theirs:
                return False
        return True

    def __repr__(self) -> str:
        """What is in it, in one line; the parts tell themselves in full."""
        counts = {"words": sum(1 for _ in self.words())}
        counts |= {
            n: len(getattr(self, n)) for n in ("segments", "speakers", "turns", "events", "labels") if getattr(self, n) is not None
        }
        told = ", ".join(f"{count} {name if count > 1 else name[:-1]}" for name, count in counts.items() if count)
        length = "live" if self.duration is None else f"{self.duration:.3f} s"
        return f"<Result {self.recording.name!r}, {length}{': ' + told if told else ''}>"

    def _repr_html_(self) -> str:
        from html import escape

        rows = "".join(
            f"<tr><td>{clock(s.start)}</td><td>{escape(s.speaker or '')}</td><td>{escape(s.text)}</td></tr>"
            for s in self.segments or ()
        )
        return f"<b>{escape(self.recording.name)}</b><table>{rows}</table>"


def grid_span(start: float, end: float, duration: float | None = None) -> tuple[float, float]:
    """A span on the 1 ms grid: start rounded down, end up, at least 1 ms, inside [0, duration]."""
    first, last = math.floor(start * 1000 + 1e-6), math.ceil(end * 1000 - 1e-6)
    limit = grid_duration(duration) if duration is not None else None
    if limit is not None:
        last = min(last, round(limit * 1000))
    first = max(0, min(first, last - 1))
    return first / 1000, max(last, first + 1) / 1000


def grid_duration(duration: float) -> float:
    """A duration on the 1 ms grid, rounded up."""
    return math.ceil(duration * 1000 - 1e-6) / 1000


def on_grid(item: Any, duration: float | None = None) -> Any:
    """A span of any kind (with the words of a segment) moved to the 1 ms grid, inside the recording."""
    start, end = grid_span(item.start, item.end, duration)
    changes: dict[str, Any] = {"start": start, "end": end}
    if isinstance(item, Segment) and item.words is not None:
        changes["words"] = tuple(on_grid(w, duration) for w in item.words)
    return dataclasses.replace(item, **changes)


def clock(seconds: float) -> str:
    """Seconds as people read them: 1:02.345 or 1:00:02.345."""
    milliseconds = round(seconds * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    hours, minutes = divmod(minutes, 60)
    head = f"{hours}:{minutes:02}" if hours else f"{minutes}"
    return f"{head}:{rest // 1000:02}.{rest % 1000:03}"


def _check_inside(spans: Any, duration: float | None, what: str) -> None:
    if duration is None:
        return
    limit = grid_duration(duration) + 1e-9
    for span in spans:
        if span.end > limit:
            raise ValueError(f"{what}: {span.start} to {span.end} lies outside the recording of {duration} s")


def _plain(value: float | int | str | None) -> str:
    if value is None:
        return "unknown"
    return f"{value:.6g}" if isinstance(value, float) else str(value)
