"""A table for spreadsheets (.csv): one row for each segment, word, turn and sound."""

from __future__ import annotations

import csv
import io
from typing import Any

from aural.errors import reason
from aural.formats._lines import broken, decoded, names_of, recording_of, shown, span_of, squeezed
from aural.results import Event, Media, Result, Segment, Turn, Word

EXTENSION = ".csv"
HOLDS = frozenset(
    {
        "text",
        "text.speaker",
        "segments",
        "segments.speaker",
        "words",
        "words.speaker",
        "words.confidence",
        "turns",
        "turns.confidence",
        "events",
        "events.layer",
        "events.score",
    }
)

COLUMNS = ("kind", "start", "end", "speaker", "text", "confidence")


def write(result: Result, *, media: Media | None = None, options: None = None) -> str:
    """A head line, then rows with times in seconds; the words of a segment follow it, `kind` of a sound is its layer."""
    names = names_of(result)
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(COLUMNS)

    def row(kind: str, item: Any, speaker: str | None, text: str, sure: float | None) -> None:
        score = "" if sure is None else f"{sure:.4f}"
        table.writerow([kind, f"{item.start:.3f}", f"{item.end:.3f}", shown(names, speaker) or "", squeezed(text), score])

    for segment in result.segments or ():
        row("segment", segment, segment.speaker, segment.text, segment.confidence)
        for word in segment.words or ():
            row("word", word, word.speaker or segment.speaker, word.text, word.confidence)
    for turn in result.turns or ():
        row("turn", turn, turn.speaker, "", turn.confidence)
    for event in result.events or ():
        row(f"{event.layer}:" if event.layer in ("segment", "word", "turn") else event.layer, event, None, event.label, event.score)
    return out.getvalue()


def read(data: str | bytes, where: str = "") -> Result:
    """Segments with the words that follow them, turns and sounds; columns in any order, by their names.

    Raises: FormatError for missing columns, for rows that are no spans, and for words that are not in order.
    """
    rows = csv.reader(io.StringIO(decoded(data, where)))
    segments: list[tuple[Segment, list[Word]]] = []
    turns: list[Turn] = []
    events: list[Event] = []
    try:
        head = [cell.strip().lower() for cell in next(rows, [])]
        missing = [c for c in COLUMNS[:5] if c not in head]
        if missing:
            raise broken(f"the column {missing[0]!r} is missing", where, 1, fix=f"The columns are {', '.join(COLUMNS)}")
        for cells in rows:
            if cells:
                _take(dict(zip(head, cells, strict=False)), (where, rows.line_num), segments, turns, events)
    except csv.Error as error:
        raise broken(f"this is no table ({reason(error)})", where, rows.line_num) from None
    found = tuple(_with_words(s, words) for s, words in sorted(segments, key=lambda pair: pair[0].start))
    try:
        return Result(recording_of(where), segments=found or None, turns=tuple(turns) or None, events=tuple(events) or None)
    except ValueError as error:  # words whose starts go back
        raise broken(reason(error), where, rows.line_num) from None


def _take(
    row: dict[str, str], place: tuple[str, int], segments: list[tuple[Segment, list[Word]]], turns: list[Turn], events: list[Event]
) -> None:
    start, end = span_of(_number(row, "start", place), _number(row, "end", place), *place)
    kind, speaker, text = row["kind"], row.get("speaker") or None, row.get("text", "")
    sure = _number(row, "confidence", place) if row.get("confidence") else None
    if kind == "segment":
        segments.append((Segment(start, end, text, speaker=speaker, confidence=sure), []))
    elif kind == "turn":
        turns.append(Turn(start, end, speaker or "", confidence=sure))
    elif kind == "word":
        word = Word(start, end, text, speaker=speaker, confidence=sure)
        if not segments:
            segments.append((Segment(start, end, text, speaker=speaker), []))
        segments[-1][1].append(word)
    else:
        events.append(Event(start, end, text, layer=kind.removesuffix(":"), score=sure))


def _number(row: dict[str, str], name: str, place: tuple[str, int]) -> float:
    try:
        return float(row.get(name, "").replace(",", "."))
    except ValueError:
        raise broken(f"{row.get(name, '')[:20]!r} is no number for {name!r}", *place) from None


def _with_words(segment: Segment, words: list[Word]) -> Segment:
    return Segment(
        segment.start, segment.end, segment.text, words=tuple(words) or None, speaker=segment.speaker, confidence=segment.confidence
    )
