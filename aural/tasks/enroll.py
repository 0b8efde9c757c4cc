"""Put a voice into the voice book; list, merge and forget voices"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aural.errors import SoundError, UsageError
from aural.formats import json as result_json
from aural.models.shelf import Shelf
from aural.progress import Progress
from aural.results import Report, Result, Span
from aural.settings import option
from aural.sound.source import Source
from aural.stores.speakers import Book, Entry
from aural.tasks._task import Task
from aural.tasks._voice import model_of, voice


@dataclass(frozen=True)
class Options:
    """Where the voice comes from, and what else to do with the book."""

    result: str | None = option(
        None, "JSON that `aural diarize` or `listen` wrote of the recording: one of its speakers", file="named"
    )
    speaker: str | None = option(None, "that speaker's label, such as SPEAKER_01")
    book: str | None = option(
        None,
        "voice book, a file or postgresql://...; not set = AURAL_STORE or voices.db under AURAL_HOME",
        file="named",
        also=("--store",),
    )
    list: bool = option(False, "tell who is in the book")
    forget: bool = option(False, "remove the name and every vector of it")
    merge: tuple[str, ...] = option((), "give the recordings of these names to NAME")


def run(inputs: tuple[str | None, Any], shelf: Shelf, options: Options, progress: Progress) -> Report:
    """Change the book, and tell what it holds of the name (with `list`: of all).

    `inputs`: a name and one source or several. Nothing is written unless every recording has a voice.
    Raises: UsageError, SoundError where nobody speaks.
    """
    name, given = inputs
    sources: Sequence[Source] = given if isinstance(given, tuple | list) else (given,) if given is not None else ()
    with Book(options.book) as book:
        if options.list:
            return _report(book, None)
        if not name:
            raise UsageError("nobody is named", where="enroll", fix="`aural enroll NAME RECORDING`, or --list")
        if options.forget:
            gone = book.forget(name)
            return Report(f"{name} is forgotten", {name: (("recordings removed", gone, ""),)})
        if options.merge:
            book.merge(list(options.merge), name)
        elif not sources:
            raise UsageError("there is no recording to enroll", where="enroll", fix=f"`aural enroll {name} RECORDING`")
        if sources:
            spans = _spans(options, sources)
            book.add(name, [_entry(s, spans, options.speaker, shelf, progress) for s in sources])
        return _report(book, " ".join(name.split()))


def _entry(source: Source, spans: tuple[Span, ...] | None, speaker: str | None, shelf: Shelf, progress: Progress) -> Entry:
    heard, card = voice(source, shelf, progress, spans)
    part = "" if spans is None else f"#{speaker}"
    return Entry(heard.vector, model_of(card), f"{source.recording.sha256}{part}", f"{source.name}{part}", heard.seconds)


def _spans(options: Options, sources: Sequence[Source]) -> tuple[Span, ...] | None:
    """Where the asked speaker of a diarized result speaks alone; None = the whole recording."""
    if options.result is None:
        if options.speaker is not None:
            raise UsageError("--speaker needs --result", fix="Name the JSON of the diarized recording")
        return None
    if len(sources) != 1 or options.speaker is None:
        fix = "`aural enroll NAME talk.wav --result talk.json --speaker SPEAKER_01`"
        raise UsageError("--result goes with --speaker and one recording", fix=fix)
    result = _read(Path(options.result))
    known, heard = result.recording.sha256, sources[0].recording.sha256
    if known is not None and known != heard:
        what = "this result was made from another recording"
        raise UsageError(what, where=options.result, fix="Name the recording that it was made from")
    turns = result.turns or ()
    own = [t for t in turns if t.speaker == options.speaker]
    if not own:
        labels = sorted({t.speaker for t in turns})
        fix = f"It has: {', '.join(labels) or 'no speakers'}"
        raise UsageError(f"there is no {options.speaker!r} in this result", where=options.result, fix=fix)
    others = [t for t in turns if t.speaker != options.speaker]
    alone = tuple(piece for t in own for piece in _without(t, others))
    if not alone:
        what = f"{options.speaker} never speaks alone"
        raise SoundError(what, where=options.result, fix="Enroll this voice from another recording")
    return alone


def _without(turn: Span, others: Sequence[Span]) -> list[Span]:
    """The parts of a turn during which none of the others runs."""
    left = [(turn.start, turn.end)]
    for other in others:
        left = [(a, b) for x, y in left for a, b in ((x, min(y, other.start)), (max(x, other.end), y)) if b - a > 0.05]
    return [Span(a, b) for a, b in left]


def _read(path: Path) -> Result:
    try:
        return result_json.read(path.read_bytes(), str(path))
    except OSError as error:
        raise UsageError(f"this result cannot be read ({error.strerror or error})", where=str(path)) from error


def _report(book: Book, name: str | None) -> Report:
    known = [k for k in book.names() if name in (None, k.name)]
    sections = {
        k.name: (
            ("recordings", k.recordings, ""),
            ("voice", round(k.seconds, 1), "s"),
            ("models", ", ".join(m[:12] for m in k.models), ""),
        )
        for k in known
    }
    return Report(f"voice book: {len(book.names())} voice{'s' if len(book.names()) != 1 else ''}", sections)


def show(report: Report) -> str:
    """The report as text."""
    return str(report)


TASK = Task(
    takes="name and source",
    options=Options,
    run=run,
    show=show,
    main_role="speaker_embedding",
    roles={"vad": "silero-vad", "speaker_embedding": "community-embedding"},
)
