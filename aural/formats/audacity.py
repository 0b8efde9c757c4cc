"""Audacity labels (.txt): start, end and text, opened with File, Import, Labels."""

from __future__ import annotations

from dataclasses import dataclass

from aural.formats._lines import broken, decoded, names_of, recording_of, shown, span_of, squeezed, tagged, untagged
from aural.results import Media, Result, Segment, Span
from aural.settings import option

EXTENSION = ".labels.txt"
HOLDS = frozenset({"text", "segments", "segments.speaker"})
ALIASES = ("aud", "labels")

_PARTS = ("auto", "segments", "words", "turns", "events", "speech")


@dataclass(frozen=True)
class Options:
    """Which part of a result becomes labels."""

    part: str = option("auto", "auto takes the first of segments, turns, sounds and speech that was asked for", choices=_PARTS)


def write(result: Result, *, media: Media | None = None, options: Options | None = None) -> str:
    """`start TAB end TAB text` in seconds; the speaker of a segment as `[Sarah]: ` before the text."""
    part = (options or Options()).part
    if part == "auto":
        part = next((p for p in ("segments", "turns", "events", "speech") if getattr(result, p) is not None), "segments")
    return "".join(f"{span.start:.3f}\t{span.end:.3f}\t{text}\n" for span, text in _labels(result, part))


def read(data: str | bytes, where: str = "") -> Result:
    """One segment for each label; lines with frequencies (behind a backslash) are passed over.

    Raises: FormatError for a line without two times in seconds.
    """
    segments = []
    for number, line in enumerate(decoded(data, where).split("\n"), 1):
        if not line.strip() or line.startswith("\\\t"):
            continue
        cells = line.split("\t", 2)
        times = []
        for i, cell in enumerate(cells[:2]):
            try:
                times.append(float(cell.replace(",", ".")))
            except ValueError:
                column = sum(len(c) + 1 for c in cells[:i]) + 1
                raise broken(f"{cell[:20]!r} is no time in seconds", where, number, column) from None
        if len(times) < 2:
            raise broken("a label is start, end and text, with tabs between", where, number)
        start, end = span_of(times[0], times[1], where, number)
        speaker, text = untagged(squeezed(cells[2]) if len(cells) > 2 else "")
        segments.append(Segment(start, end, text, speaker=speaker))
    return Result(recording_of(where), segments=tuple(sorted(segments, key=lambda s: s.start)))


def _labels(result: Result, part: str) -> list[tuple[Span, str]]:
    names = names_of(result)
    if part == "segments":
        return [(s, tagged(shown(names, s.speaker), squeezed(s.text))) for s in result.segments or ()]
    if part == "words":
        return [(w, squeezed(w.text)) for w in result.words()]
    if part == "turns":
        return [(t, shown(names, t.speaker) or "") for t in result.turns or ()]
    if part == "events":
        return [(e, squeezed(e.label)) for e in result.events or ()]
    return [(s, "speech") for s in result.speech or ()]
