"""SubRip subtitles (.srt): numbered cues that every player opens."""

from __future__ import annotations

import re

from aural.formats._cues import cues_of
from aural.formats._lines import broken, decoded, recording_of, seconds_of, span_of, stamp, tag, untagged
from aural.formats._options import CueOptions
from aural.formats._shown import frames_of
from aural.formats._tokens import joined_lines
from aural.results import Media, Result, Segment

EXTENSION = ".srt"
HOLDS = frozenset({"text", "text.speaker"})
Options = CueOptions

_MARKUP = re.compile(r"</?(?:[biu]|font(?: [^<>]*)?)>|\{\\[^{}]*\}", re.IGNORECASE)


def write(result: Result, *, media: Media | None = None, options: CueOptions | None = None) -> str:
    """Cues in UTF-8, numbered from 1; the speaker as `[Sarah]: ` before the text."""
    chosen = options or CueOptions()
    blocks = []
    frames = ((f, cue.tag_apart) for cue in cues_of(result, chosen) for f in frames_of(cue, chosen.highlight_words))
    for number, (frame, apart) in enumerate(frames, 1):
        lines = list(frame.lines)
        if frame.speaker is not None and apart:
            lines.insert(0, tag(frame.speaker))
        elif frame.speaker is not None:
            lines[0] = f"{tag(frame.speaker)} {lines[0]}"
        elif (again := untagged(lines[0]))[1] != lines[0] or again[0]:
            lines[0] = f"[]: {lines[0]}"
        blocks.append(f"{number}\n{stamp(frame.start, ',')} --> {stamp(frame.end, ',')}\n" + "\n".join(lines) + "\n")
    return "\n".join(blocks)


def read(data: str | bytes, where: str = "") -> Result:
    """One segment for each cue. Line ends, missing numbers and points for commas are taken as they come.

    Raises: FormatError for a block without a time line, or with one that cannot be.
    """
    segments: list[Segment] = []
    block: list[tuple[int, str]] = []
    for number, line in enumerate([*decoded(data, where).split("\n"), ""], 1):
        if line.strip():
            block.append((number, line))
        elif block:
            segments.append(_segment(block, where))
            block = []
    return Result(recording_of(where), segments=tuple(sorted(segments, key=lambda s: s.start)))


def _segment(block: list[tuple[int, str]], where: str) -> Segment:
    at = 1 if len(block) > 1 and "-->" not in block[0][1] else 0
    number, line = block[at]
    left, arrow, right = line.partition("-->")
    start, end = seconds_of(left), seconds_of(" ".join(right.split()[:1]))
    if not arrow or start is None or end is None:
        column = 1 if not arrow or start is None else len(left) + len(arrow) + 1
        raise broken("here should be times like 00:00:01,000 --> 00:00:02,500", where, number, column)
    first, last = span_of(start, end, where, number)
    text = _MARKUP.sub("", joined_lines(part for _, part in block[at + 1 :]))
    speaker, text = untagged(text.strip())
    return Segment(first, last, text, speaker=speaker)
