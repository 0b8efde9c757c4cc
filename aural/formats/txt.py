"""Plain text: paragraphs, with the speaker's name before each where speakers are known."""

from __future__ import annotations

import re
from dataclasses import dataclass

from aural.formats._lines import decoded, recording_of, seconds_of
from aural.formats._speech import paragraphs_of
from aural.results import Media, Result, Segment, clock
from aural.settings import option

EXTENSION = ".txt"
HOLDS = frozenset({"text", "text.speaker"})
ALIASES = ("text",)

_HEAD = re.compile(r"(?:\[((?:\d+:)?\d+:\d\d)\] )?(?:((?:[^:\\\s]|\\.| (?! ))+): )?", re.DOTALL)
_NOBODY = "unknown"


@dataclass(frozen=True)
class Options:
    """How plain text looks."""

    times: bool = option(False, "the time before each paragraph, as [1:02]")


def write(result: Result, *, media: Media | None = None, options: Options | None = None) -> str:
    """Paragraphs with an empty line between; `Sarah: ` before each when any speaker is known."""
    times = (options or Options()).times
    blocks = paragraphs_of(result)
    # Text that happens to look like "Name: ..." in every paragraph must not be read as speakers.
    named = any(b.speaker for b in blocks) or (bool(blocks) and all(_split(b.text)[1] for b in blocks))
    lines = []
    for block in blocks:
        head = f"[{clock(block.start)[:-4]}] " if times else ""
        if named:
            head += (_NOBODY if block.speaker is None else _escaped(block.speaker)) + ": "
        lines.append(head + block.text + "\n")
    return "\n".join(lines)


def read(data: str | bytes, where: str = "") -> Result:
    """One segment for each paragraph. Without times paragraph n stands at millisecond n: the order alone is true."""
    blocks = [" ".join(b.split()) for b in re.split(r"\n\s*\n", decoded(data, where)) if b.strip()]
    parts = [_split(b) for b in blocks]
    named = bool(parts) and all(speaker for _, speaker, _ in parts)
    starts = [seconds_of(time) if time else None for time, _, _ in parts]
    timed = all(s is not None for s in starts)
    segments = []
    for i, (block, (time, speaker, text)) in enumerate(zip(blocks, parts, strict=True)):
        start = (starts[i] or 0.0) if timed else i / 1000
        following = (starts[i + 1] or 0.0) if timed and i + 1 < len(starts) else start
        if not named:
            speaker, text = None, block[len(time) + 3 :] if time else block
        end = max(following, start + (1.0 if timed else 0.001))
        segments.append(Segment(start, round(end, 3), text, speaker=None if speaker == _NOBODY else _plain(speaker)))
    return Result(recording_of(where), segments=tuple(sorted(segments, key=lambda s: s.start)))


def _split(text: str) -> tuple[str, str | None, str]:
    """(time or "", escaped speaker or None, text) of a paragraph."""
    found = _HEAD.match(text)
    assert found is not None, "both parts are optional"
    return found[1] or "", found[2], text[found.end() :]


def _escaped(name: str) -> str:
    return re.sub(r"([\\:])", r"\\\1", name) if name != _NOBODY else "\\" + name


def _plain(name: str | None) -> str | None:
    return None if name is None else re.sub(r"\\(.)", r"\1", name)
