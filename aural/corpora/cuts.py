"""Labels of long recordings (Audacity, TextGrid, RTTM, CTM) as rows with events, cut into clips, and written back."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from aural import find
from aural.corpora.manifest import Clip
from aural.errors import FormatError, UsageError, one_line
from aural.files import write_text
from aural.results import Event, Recording, Result, Segment, Turn, Word, on_grid
from aural.settings import option

# Endings of label files and the pages of aural.formats that read them; the longest that fits counts.
READ_BY = {
    ".labels.txt": "audacity", ".txt": "audacity", ".textgrid": "textgrid", ".rttm": "rttm", ".ctm": "ctm",
}  # fmt: skip
_BESIDE = (".labels.txt", ".TextGrid", ".textgrid", ".rttm", ".ctm", ".txt")
FORMATS = ("audacity", "textgrid", "rttm", "ctm")
_TOUCH = 1e-3  # s: parts that lie nearer are one


@dataclass(frozen=True)
class CutOptions:
    """How the events of a recording become clips."""

    least: float = option(0.0, "shorter events are widened around their middle, since nets need some sound", unit="s", least=0)
    rest: str | None = option(None, "label of what lies between events, in pieces as long as the events; none is cut without it")
    window: float | None = option(
        None, "cut windows of this length instead of events, labeled by what fills them", unit="s", least=0
    )
    step: float | None = option(None, "from window to window; the window's length when not given", unit="s", least=0)
    share: float = option(0.5, "part of a window, or of an event, that must be inside for the window to take its label",
                          least=0, most=1)  # fmt: skip


@dataclass(frozen=True)
class Guess:
    """What a model says of a clip: a label and its score in [0, 1]."""

    clip: Clip
    label: str
    score: float | None = None


def labels_beside(audio: Path) -> Path | None:
    """The label file of a recording: the same name with .labels.txt, .TextGrid, .rttm, .ctm or .txt; None without one."""
    places = (audio.with_name(f"{stem}{ending}") for ending in _BESIDE for stem in (audio.stem, audio.name))
    return next((place for place in places if place.is_file()), None)


def read_events(path: Path) -> tuple[Event, ...]:
    """What a label file tells, as events in order: labels, words (layer "word"), turns (label = speaker, layer "turn").

    Raises: FormatError with line and column; UsageError for an ending that no label file has.
    """
    page = next((READ_BY[end] for end in sorted(READ_BY, key=len, reverse=True) if path.name.lower().endswith(end)), None)
    if page is None:
        raise UsageError("this is no label file", where=one_line(str(path)), fix=f"They end in: {', '.join(sorted(READ_BY))}")
    try:
        data = path.read_bytes()
    except OSError as error:
        raise FormatError(f"this file cannot be read ({error.strerror or error})", where=one_line(str(path))) from None
    result: Result = find.page("formats", page).read(data, one_line(str(path)))
    found = list(result.events or ())
    found += [Event(t.start, t.end, t.speaker, layer="turn") for t in result.turns or ()]
    for segment in result.segments or ():
        words = [Event(w.start, w.end, w.text, score=w.confidence, layer="word") for w in segment.words or ()]
        found += words or [Event(segment.start, segment.end, segment.text)]
    return tuple(sorted(found, key=lambda e: (e.start, e.end, e.label)))


def labeled(audio: Path, labels: Path, name: str | None = None) -> Clip:
    """One row for a whole recording, with the events of its label file. Raises: FormatError, UsageError."""
    return Clip(audio, name or audio.name, events=read_events(labels), where=one_line(str(labels)))


def cut(clips: Sequence[Clip], options: CutOptions | None = None) -> list[Clip]:
    """Rows with events as rows of parts with labels, all of one recording in one group; rows without events as they are.

    A part's `duration` may reach beyond the end of a recording, where there is nothing more to hear.
    """
    options = options or CutOptions()
    found: list[Clip] = []
    for clip in clips:
        if clip.events is None:
            found.append(clip)
        elif options.window:
            found += _windows(clip, options)
        else:
            found += [_part(clip, *_widened(e.start, e.end, options.least), (e.label,)) for e in _inside(clip)]
            found += _rest(clip, options)
    return found


def write_back(guesses: Iterable[Guess], folder: Path, form: str = "audacity") -> list[Path]:
    """One label file a recording; parts that touch and have the same label become one. Gives the files in order.

    Raises: UsageError for a form that holds no labels; LimitReached.
    """
    if form not in FORMATS:
        raise UsageError(f"labels are not written back as {form!r}", where="--format", fix=f"These are: {', '.join(FORMATS)}")
    page = find.page("formats", form)
    of: dict[Path, list[Guess]] = defaultdict(list)
    for guess in guesses:
        of[guess.clip.audio].append(guess)
    names = _names(sorted(of))
    written = []
    for audio in sorted(of):
        place = folder / f"{names[audio]}{page.EXTENSION}"
        write_text(place, page.write(_result(audio, _merged(of[audio]), form)))
        written.append(place)
    return written


def _inside(clip: Clip) -> list[Event]:
    """The events that begin inside the clip, cut at its end."""
    end = None if clip.duration is None else clip.start + clip.duration
    kept = [e for e in clip.events or () if e.end > clip.start and (end is None or e.start < end)]
    return [replace(e, start=max(e.start, clip.start), end=e.end if end is None else min(e.end, end)) for e in kept]


def _widened(start: float, end: float, least: float) -> tuple[float, float]:
    if end - start >= least:
        return start, end
    first = max(0.0, (start + end - least) / 2)
    return first, first + least


def _part(clip: Clip, start: float, end: float, labels: Sequence[str]) -> Clip:
    start, duration = round(start, 6), round(end - start, 6)
    labels = tuple(dict.fromkeys(labels))
    return replace(
        clip, id=f"{clip.id}@{start:g}+{duration:g}", start=start, duration=duration, label=labels[0] if labels else None,
        labels=labels, events=None, text=None, group=clip.group or clip.id,
    )  # fmt: skip


def _rest(clip: Clip, options: CutOptions) -> list[Clip]:
    """Pieces between the events, as long as the middle one of these; behind the last event only where the end is known."""
    events = _inside(clip)
    if options.rest is None or not events:
        return []
    usual = max(sorted(e.end - e.start for e in events)[len(events) // 2], options.least, 0.1)
    gaps, at = [], clip.start
    for event in sorted(events, key=lambda e: e.start):
        gaps.append((at, event.start))
        at = max(at, event.end)
    if clip.duration is not None:
        gaps.append((at, clip.start + clip.duration))
    starts = [start + k * usual for start, end in gaps for k in range(int((end - start) / usual + 1e-9))]
    return [_part(clip, start, start + usual, (options.rest,)) for start in starts]


def _windows(clip: Clip, options: CutOptions) -> list[Clip]:
    assert options.window is not None
    events = _inside(clip)
    end = clip.start + clip.duration if clip.duration is not None else max((e.end for e in events), default=clip.start)
    step = options.step or options.window
    found = []
    for k in range(max(1, int((end - clip.start - options.window) / step + 1e-9) + 1)):
        start = clip.start + k * step
        stop = start + options.window
        inside: dict[str, float] = defaultdict(float)
        for event in events:
            shared = min(event.end, stop) - max(event.start, start)
            if shared > 0:
                inside[event.label] += max(shared / options.window, shared / (event.end - event.start))
        full = sorted((name for name, share in inside.items() if share >= options.share), key=lambda n: (-inside[n], n))
        if full or options.rest is not None:
            found.append(_part(clip, start, stop, full or (str(options.rest),)))
    return found


def _merged(guesses: Sequence[Guess]) -> list[Event]:
    """Events of one recording in order; of what is merged the highest score."""
    found: list[Event] = []
    latest: dict[str, int] = {}
    for g in sorted(guesses, key=lambda g: (g.clip.start, g.label)):
        if g.clip.duration is None:
            raise UsageError("a clip without a length cannot be written back", where=g.clip.id, fix="Give its duration")
        start, end = g.clip.start, g.clip.start + g.clip.duration
        k = latest.get(g.label)
        if k is not None and start <= found[k].end + _TOUCH:
            best = max((s for s in (found[k].score, g.score) if s is not None), default=None)
            found[k] = replace(found[k], end=max(end, found[k].end), score=best)
        else:
            latest[g.label] = len(found)
            found.append(Event(start, end, g.label, score=g.score))
    return [on_grid(e) for e in found]


def _result(audio: Path, events: Sequence[Event], form: str) -> Result:
    recording = Recording(audio.stem, None, 0, 1)
    if form == "rttm":
        return Result(recording, turns=tuple(Turn(e.start, e.end, e.label, confidence=e.score) for e in events))
    if form == "ctm":
        spoken = sorted(events, key=lambda e: e.start)
        segments = [
            Segment(e.start, e.end, e.label, words=(Word(e.start, e.end, e.label, confidence=e.score),)) for e in spoken
        ]  # fmt: skip
        return Result(recording, segments=tuple(segments))
    return Result(recording, events=tuple(events))


def _names(paths: Sequence[Path]) -> Mapping[Path, str]:
    """A name for the labels of each recording: its stem; where several have the same, their folders before it."""
    stems: dict[str, list[Path]] = defaultdict(list)
    for path in paths:
        stems[path.stem].append(path)
    named: dict[Path, Any] = {}
    for stem, same in stems.items():
        root = Path(os.path.commonpath([p.absolute().parent for p in same])) if len(same) > 1 else None
        for path in same:
            above = path.absolute().parent.relative_to(root) if root is not None else Path()
            named[path] = str(above / (stem if sum(p.parent == path.parent for p in same) < 2 else path.name))
    return named
