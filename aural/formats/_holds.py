"""What a format keeps of a result: the words for it, a result cut down to it, and what is lost."""

from __future__ import annotations

import dataclasses
from typing import Any

from aural.formats._lines import names_of, shown, squeezed
from aural.formats._speech import runs_of
from aural.formats._tokens import parts_of
from aural.results import Result

# part -> how a person calls it; a part "a.b" is a property of the things in "a".
PARTS = {
    "text": "text",
    "text.speaker": "who said it",
    "segments": "segments",
    "segments.speaker": "the segments' speakers",
    "segments.scores": "the segments' scores",
    "words": "word times",
    "words.speaker": "the words' speakers",
    "words.confidence": "the words' confidence",
    "words.details": "which times were guessed",
    "turns": "turns",
    "turns.confidence": "the turns' confidence",
    "speakers": "facts on the speakers",
    "events": "sounds",
    "events.layer": "the sounds' layers",
    "events.score": "the sounds' scores",
    "labels": "labels",
    "speech": "voiced spans",
    "notes": "notes",
    "beats": "beats",
    "curves": "curves",
    "channels": "channels",
    "language": "language",
    "recording": "facts on the recording",
    "made_by": "models",
}

# A part is not lost where another one says the same.
_SAID_BY = {
    "text": ("segments", "words"), "text.speaker": ("segments.speaker", "words.speaker"), "segments": ("text",),
}  # fmt: skip


def held(result: Result, holds: frozenset[str]) -> dict[str, Any]:
    """What of the result a format that keeps `holds` can give back: part -> comparable values.

    Speakers count by the name that people read, white space as single blanks, and overlapping
    speech as sets, since most files have an order of their own.
    """
    names = names_of(result)
    found: dict[str, Any] = {}
    if "text" in holds:
        found["text"] = _said(result, "text.speaker" in holds)
    if "segments" in holds:
        found["segments"] = sorted(
            (s.start, s.end, squeezed(s.text), (shown(names, s.speaker) or "") if "segments.speaker" in holds else "")
            for s in result.segments or ()
        )
    if "words" in holds:
        found["words"] = sorted(
            (
                w.start,
                w.end,
                squeezed(w.text),
                (shown(names, w.speaker or s.speaker) or "") if "words.speaker" in holds else "",
                round(w.confidence, 4) if w.confidence is not None and "words.confidence" in holds else -1.0,
            )
            for s in result.segments or ()
            for w in s.words or ()
        )
    if "turns" in holds:
        found["turns"] = sorted(
            (
                t.start,
                t.end,
                shown(names, t.speaker) or "",
                round(t.confidence, 4) if t.confidence is not None and "turns.confidence" in holds else -1.0,
            )
            for t in result.turns or ()
        )
    if "events" in holds:
        found["events"] = sorted(
            (
                e.start,
                e.end,
                squeezed(e.label),
                squeezed(e.layer) if "events.layer" in holds else "",
                round(e.score, 4) if e.score is not None and "events.score" in holds else -1.0,
            )
            for e in result.events or ()
        )
    return found


def lost(result: Result, holds: frozenset[str]) -> tuple[str, ...]:
    """What the result has and a format that keeps `holds` does not write, as people call it.

    The properties of what is lost as a whole are not told one by one.
    """

    def gone(part: str) -> bool:
        whole = part.partition(".")[0]
        told = part == whole or whole in holds
        return told and part not in holds and not holds.intersection(_SAID_BY.get(part, ())) and _has(result, part)

    return tuple(name for part, name in PARTS.items() if gone(part))


def _said(result: Result, speakers: bool) -> dict[str, list[str]]:
    """Speaker -> all that they say as words; one list for all where the file knows no speakers."""
    said: dict[str, list[str]] = {}
    for run in runs_of(result):
        if run.text:
            said.setdefault((run.speaker or "") if speakers else "", []).extend(parts_of(run.text))
    return said if speakers else {"": sorted(said.get("", []))}


def _has(result: Result, part: str) -> bool:
    field, _, detail = part.partition(".")
    words = any(s.words for s in result.segments or ())
    if field == "recording":
        return bool(result.recording.sha256)
    if field == "channels":
        spans = [*(result.segments or ()), *result.words(), *(result.turns or ()), *(result.events or ())]
        return any(span.channel is not None for span in spans)
    if field == "text":
        return any(s.text and (not detail or s.speaker) for s in result.segments or ())
    if field == "words":
        return words and any(_differs(w, detail) for w in result.words())
    if not detail:
        return bool(getattr(result, field))
    things = getattr(result, field) or ()
    if part == "segments.scores":
        return any(s.scores or s.language or s.alternatives or s.confidence is not None for s in things)
    if part == "events.layer":
        return any(e.layer != "sound" for e in things)
    return any(getattr(thing, detail) is not None for thing in things)


def _differs(word: Any, detail: str) -> bool:
    if detail == "details":
        return word.spoken is not None or word.timed != "measured"
    return not detail or dataclasses.asdict(word)[detail] is not None
