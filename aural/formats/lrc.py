"""Lyrics with times (.lrc): one short line each, as music players show them."""

from __future__ import annotations

import re
from dataclasses import replace

from aural.formats._cues import Cue, cues_of
from aural.formats._lines import broken, decoded, recording_of, squeezed, tagged, untagged
from aural.formats._options import CueOptions
from aural.formats._tokens import line_text
from aural.results import Media, Result, Segment

EXTENSION = ".lrc"
HOLDS = frozenset({"text", "text.speaker"})
ALIASES = ("lyrics",)
Options = CueOptions

_TIME = re.compile(r"\[(\d{1,5}):(\d\d)(?:[.:](\d{1,3}))?\]")
_INNER = re.compile(r"<\d{1,5}:\d\d(?:[.:]\d{1,3})?>")
_HEAD = re.compile(r"\[[A-Za-z#]+:[^\]]*\]$")
_LAST = 5.0


def write(result: Result, *, media: Media | None = None, options: CueOptions | None = None) -> str:
    """`[mm:ss.xx]` before each line, in hundredths; `word_times` adds `<mm:ss.xx>` before each word."""
    chosen = options or CueOptions()
    title = squeezed(result.recording.name).replace("]", ")")
    lines = [f"[ti:{title}]"] if title else []
    for cue in cues_of(result, replace(chosen, max_line_count=1)):
        text = _timed(cue) if chosen.word_times else line_text(cue.tokens)
        lines.append(f"[{_stamp(cue.start)}]{tagged(cue.speaker, text)}")
    return "\n".join(lines) + "\n"


def read(data: str | bytes, where: str = "") -> Result:
    """One segment a line, which lasts until the next begins (the last one 5 s).

    Raises: FormatError for a line with neither a time nor a head such as [ti:...].
    """
    found: list[tuple[float, str]] = []
    for number, line in enumerate(decoded(data, where).split("\n"), 1):
        times, rest = [], line.strip()
        while (time := _TIME.match(rest)) is not None:
            hundredths = f"{time[3] or '0':0<3}"
            times.append(int(time[1]) * 60 + int(time[2]) + int(hundredths) / 1000)
            rest = rest[time.end() :]
        if not times and rest and not _HEAD.match(rest):
            raise broken("a line begins with its time, such as [01:23.45]", where, number)
        found += [(t, squeezed(_INNER.sub("", rest))) for t in times]
    found.sort(key=lambda pair: pair[0])
    segments = []
    for i, (start, line) in enumerate(found):
        end = next((t for t, _ in found[i + 1 : i + 2]), start + _LAST)
        speaker, text = untagged(line)
        if text:
            segments.append(Segment(round(start, 3), round(max(end, start + 0.001), 3), text, speaker=speaker))
    return Result(recording_of(where), segments=tuple(segments))


def _timed(cue: Cue) -> str:
    return "".join(("" if t.joined or not i else " ") + f"<{_stamp(t.start)}>{t.text}" for i, t in enumerate(cue.tokens))


def _stamp(seconds: float) -> str:
    hundredths = round(seconds * 1000) // 10
    return f"{hundredths // 6000:02}:{hundredths // 100 % 60:02}.{hundredths % 100:02}"
