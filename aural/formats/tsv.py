"""Whisper's table (.tsv): start and end in milliseconds and the text of each segment."""

from __future__ import annotations

from aural.formats._lines import broken, decoded, recording_of, span_of, squeezed
from aural.results import Media, Result, Segment

EXTENSION = ".tsv"
HOLDS = frozenset({"text", "segments"})

_HEAD = "start\tend\ttext"


def write(result: Result, *, media: Media | None = None, options: None = None) -> str:
    """A head line, then `start TAB end TAB text` with whole milliseconds."""
    rows = [f"{round(s.start * 1000)}\t{round(s.end * 1000)}\t{squeezed(s.text)}" for s in result.segments or ()]
    return "\n".join([_HEAD, *rows]) + "\n"


def read(data: str | bytes, where: str = "") -> Result:
    """One segment for each row. Raises: FormatError for a row without two whole numbers in front."""
    segments = []
    for number, line in enumerate(decoded(data, where).split("\n"), 1):
        if not line.strip() or (number == 1 and line.split("\t")[0].strip() == "start"):
            continue
        cells = line.split("\t", 2)
        times = []
        for i, cell in enumerate(cells[:2]):
            if not cell.isascii() or not cell.strip(" ").isdigit() or len(cell) > 15:
                column = sum(len(c) + 1 for c in cells[:i]) + 1
                raise broken(f"{cell.strip()[:20]!r} is no time in whole milliseconds", where, number, column)
            times.append(int(cell) / 1000)
        if len(times) < 2:
            raise broken("a row is start, end and text, with tabs between", where, number)
        start, end = span_of(times[0], times[1], where, number)
        segments.append(Segment(start, end, squeezed(cells[2]) if len(cells) > 2 else ""))
    return Result(recording_of(where), segments=tuple(sorted(segments, key=lambda s: s.start)))
