"""Markdown (.md): a transcript with headings, times and a table of sounds, for notes and wikis."""

from __future__ import annotations

import re

from aural.formats._lines import broken, decoded, recording_of, seconds_of, span_of, squeezed
from aural.formats._speech import paragraphs_of
from aural.results import Event, Media, Result, Segment, clock

EXTENSION = ".md"
HOLDS = frozenset({"text", "text.speaker", "events", "events.layer"})
ALIASES = ("md",)

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~$&])|^([-+=])|^(\d+)([.)])")
_HEAD = re.compile(r"(?:\*\*((?:[^\\*]|\\.)+)\*\* )?\*((?:\d+:)?\d+:\d\d)\*")
_ROW = re.compile(r"\| ([\d:.]+) \| ([\d:.]+) \| ((?:[^\\|]|\\.)*) \| ((?:[^\\|]|\\.)*) \|(?: ([\d.]*) \|)?")
_TABLE = "| from | to | sound | layer | score |\n|---|---|---|---|---|\n"


def write(result: Result, *, media: Media | None = None, options: None = None) -> str:
    """A title, facts, paragraphs under `**Sarah** *0:08*`, and the sounds as a table."""
    blocks = [f"# {_escaped(result.recording.name) or 'Recording'}\n"]
    facts = _facts(result)
    if facts:
        blocks.append(facts + "\n")
    for paragraph in paragraphs_of(result):
        name = f"**{_escaped(paragraph.speaker)}** " if paragraph.speaker else ""
        blocks.append(f"{name}*{clock(paragraph.start)[:-4]}*\n\n{_escaped(paragraph.text)}\n")
    if result.labels:
        blocks.append("## Labels\n\n" + "".join(f"- {_escaped(x.label)}{_share(x.score)}\n" for x in result.labels))
    if result.events:
        blocks.append("## Sounds\n\n" + _TABLE + "".join(_row(e) for e in sorted(result.events, key=lambda e: e.start)))
    return "\n".join(blocks)


def read(data: str | bytes, where: str = "") -> Result:
    """Paragraphs as segments that begin at the second in their heads and last to the next, and the table of sounds.

    Raises: FormatError for a text without any head or row that `write` makes.
    """
    found: list[tuple[float, str | None, list[str]]] = []
    events: list[Event] = []
    inside = False
    for number, line in enumerate(decoded(data, where).split("\n"), 1):
        head, row = _HEAD.fullmatch(line), _ROW.fullmatch(line)
        if line.startswith("#"):
            inside = False
        elif head is not None:
            start = seconds_of(head[2])
            if start is None:
                raise broken(f"{head[2]!r} is no time", where, number, head.start(2) + 1)
            found.append((start, _plain(head[1]) if head[1] else None, []))
            inside = True
        elif row is not None and not inside:
            events.append(_event(row, where, number))
        elif inside and line.strip():
            found[-1][2].append(line.strip())
    if not found and not events and not decoded(data, where).startswith("# "):
        raise broken("this Markdown holds no transcript of aural's form", where, 1, fix="Read it as txt")
    found.sort(key=lambda item: item[0])
    segments = []
    for i, (start, speaker, lines) in enumerate(found):
        end = next((s for s, _, _ in found[i + 1 : i + 2]), start + 1.0)
        segments.append(Segment(start, max(end, start + 0.001), _plain(" ".join(lines)), speaker=speaker))
    return Result(recording_of(where), segments=tuple(segments) or None, events=tuple(events) or None)


def _facts(result: Result) -> str:
    facts = []
    if result.recording.duration is not None:
        facts.append(clock(result.recording.duration)[:-4])
    voices = {p.speaker for p in paragraphs_of(result) if p.speaker}
    if voices:
        facts.append(f"{len(voices)} speaker{'s' if len(voices) > 1 else ''}")
    if result.language:
        facts.append(_escaped(result.language))
    return " · ".join(facts)


def _row(event: Event) -> str:
    score = "" if event.score is None else f"{event.score:.2f}"
    return f"| {clock(event.start)} | {clock(event.end)} | {_escaped(event.label)} | {_escaped(event.layer)} | {score} |\n"


def _event(row: re.Match[str], where: str, number: int) -> Event:
    start, end = seconds_of(row[1]), seconds_of(row[2])
    if start is None or end is None:
        raise broken(f"{row[1] if start is None else row[2]!r} is no time", where, number, row.start(1) + 1)
    first, last = span_of(start, end, where, number, row.start(1) + 1)
    score = float(row[5]) if row[5] and re.fullmatch(r"[01]\.\d+", row[5]) else None
    return Event(first, last, _plain(row[3]), layer=_plain(row[4]) or "sound", score=score)


def _share(score: float | None) -> str:
    return "" if score is None else f" ({score:.0%})"


def _escaped(text: str) -> str:
    """Text on one line that Markdown shows as it is."""
    return _SPECIAL.sub(lambda m: f"{m[3]}\\{m[4]}" if m[3] else "\\" + (m[1] or m[2]), squeezed(text))


def _plain(text: str) -> str:
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", text)
