"""WebVTT subtitles (.vtt): cues for web players, with voices and, when asked, word times."""

from __future__ import annotations

import re
from html import unescape

from aural.formats._cues import Cue, cues_of
from aural.formats._lines import broken, decoded, recording_of, seconds_of, span_of, stamp
from aural.formats._options import CueOptions
from aural.formats._shown import frames_of
from aural.formats._tokens import joined_lines
from aural.results import Media, Result, Segment

EXTENSION = ".vtt"
HOLDS = frozenset({"text", "text.speaker"})
ALIASES = ("webvtt",)
Options = CueOptions

_VOICE = re.compile(r"<v(?:\.[^ >]*)?[ \t]+([^>]*)>")
_TAG = re.compile(r"</?[^>]*>")
_NO_CUES = ("NOTE", "STYLE", "REGION")


def write(result: Result, *, media: Media | None = None, options: CueOptions | None = None) -> str:
    """Cues with `<v Name>` voices; `word_times` adds `<00:00:01.000>` before each word."""
    chosen = options or CueOptions()
    blocks = ["WEBVTT\n"]
    for cue in cues_of(result, chosen, tags=False):
        if chosen.word_times and not chosen.highlight_words:
            blocks.append(_block(cue.start, cue.end, cue.speaker, _timed(cue)))
        else:
            blocks += [_block(f.start, f.end, f.speaker, f.lines) for f in frames_of(cue, chosen.highlight_words, _escaped)]
    return "\n".join(blocks)


def read(data: str | bytes, where: str = "") -> Result:
    """One segment for each cue; notes, styles, regions and settings are passed over.

    Raises: FormatError without the WEBVTT head, or for times that cannot be.
    """
    text = decoded(data, where)
    if not re.match(r"WEBVTT(?:[ \t\n]|$)", text):
        raise broken("a WebVTT file begins with WEBVTT", where, 1)
    segments: list[Segment] = []
    block: list[tuple[int, str]] = []
    for number, line in enumerate([*text.split("\n"), ""], 1):
        if line.strip():
            block.append((number, line))
            continue
        if block and any("-->" in part for _, part in block[:2]) and not block[0][1].startswith(_NO_CUES):
            segments.append(_segment(block, where))
        elif block and block[0][0] > 1 and not block[0][1].startswith(_NO_CUES):
            raise broken("here should be times like 00:01.000 --> 00:02.500", where, block[0][0])
        block = []
    return Result(recording_of(where), segments=tuple(sorted(segments, key=lambda s: s.start)))


def _segment(block: list[tuple[int, str]], where: str) -> Segment:
    at = 0 if "-->" in block[0][1] else 1
    number, line = block[at]
    left, _, right = line.partition("-->")
    start, end = seconds_of(left), seconds_of(" ".join(right.split()[:1]))
    if start is None or end is None:
        raise broken("here should be times like 00:01.000 --> 00:02.500", where, number, 1 if start is None else len(left) + 4)
    first, last = span_of(start, end, where, number)
    text = "\n".join(part for _, part in block[at + 1 :])
    voice = _VOICE.search(text)
    plain = joined_lines(unescape(_TAG.sub("", text)).split("\n"))
    return Segment(first, last, plain, speaker=" ".join(unescape(voice[1]).split()) or None if voice else None)


def _block(start: float, end: float, speaker: str | None, lines: tuple[str, ...]) -> str:
    voice = f"<v {_escaped(speaker)}>" if speaker is not None else ""
    return f"{stamp(start)} --> {stamp(end)}\n{voice}" + "\n".join(lines) + "\n"


def _timed(cue: Cue) -> tuple[str, ...]:
    lines, last = [], cue.start
    for line in cue.lines:
        text = ""
        for i, token in enumerate(line):
            text += " " if i and not token.joined else ""
            # A time inside a cue must lie after its start and after the ones before it.
            if last < round(token.start, 3) < cue.end:
                last = round(token.start, 3)
                text += f"<{stamp(last)}>"
            text += f"<c>{_escaped(token.text)}</c>"
        lines.append(text)
    return tuple(lines)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
