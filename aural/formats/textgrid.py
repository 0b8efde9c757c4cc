"""Praat TextGrid (.TextGrid): tiers of words, segments, turns and sounds for phoneticians."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from aural.formats._lines import names_of, shown, squeezed
from aural.formats._textgrid_read import NOBODY, parsed
from aural.results import Media, Result, Span

EXTENSION = ".TextGrid"
HOLDS = frozenset({"segments", "segments.speaker", "words", "words.speaker", "turns", "events", "events.layer"})
PHONE, PHONES = "phone", "phones"  # the layer, and the tier as Praat's users call it
ALIASES = ("praat",)


def write(result: Result, *, media: Media | None = None, options: None = None) -> str:
    """Long text form in UTF-8. Tiers are called `Sarah - words`, `sound - events`; overlaps go to `Sarah - words 2`."""
    tiers = [tier for name, spans in _groups(result).items() for tier in _without_overlap(name, spans)]
    ends = [end for _, spans in tiers for _, end, _ in spans]
    last = max([result.recording.duration or 0.0, *ends, 0.001])
    lines = [
        'File type = "ooTextFile"',
        'Object class = "TextGrid"',
        "",
        "xmin = 0",
        f"xmax = {_time(last)}",
        "tiers? <exists>",
        f"size = {len(tiers)}",
        "item []:",
    ]
    for number, (name, spans) in enumerate(tiers, 1):
        intervals = list(_intervals(spans, last))
        lines += [
            f"    item [{number}]:",
            '        class = "IntervalTier"',
            f"        name = {_quoted(name)}",
            "        xmin = 0",
            f"        xmax = {_time(last)}",
            f"        intervals: size = {len(intervals)}",
        ]
        for i, (start, end, text) in enumerate(intervals, 1):
            lines += [
                f"        intervals [{i}]:",
                f"            xmin = {_time(start)}",
                f"            xmax = {_time(end)}",
                f"            text = {_quoted(text)}",
            ]
    return "\n".join(lines) + "\n"


def read(data: str | bytes, where: str = "") -> Result:
    """Long and short text form, UTF-8 or UTF-16. Tiers of other names become segments, said by the tier's name;
    `words` and `phones` are taken for what they are (also behind `speaker - `), points become events of 1 ms.

    Raises: FormatError with line and column of what does not fit.
    """
    return parsed(data, where)


def _groups(result: Result) -> dict[str, list[tuple[float, float, str]]]:
    """Tier name -> intervals with text."""
    names = names_of(result)
    groups: dict[str, list[tuple[float, float, str]]] = {}

    def put(tier: str, kind: str, span: Span, text: str) -> None:
        if text:
            groups.setdefault(f"{tier} - {kind}", []).append((span.start, span.end, text))

    for segment in result.segments or ():
        put(_who(names, segment.speaker), "segments", segment, squeezed(segment.text))
    for segment in result.segments or ():
        for word in segment.words or ():
            put(_who(names, word.speaker or segment.speaker), "words", word, squeezed(word.text))
    for turn in result.turns or ():
        who = shown(names, turn.speaker) or ""
        put(who, "turns", turn, who)
    for event in result.events or ():
        if event.layer == PHONE and event.label.strip():
            groups.setdefault(PHONES, []).append((event.start, event.end, squeezed(event.label)))
        else:
            put(squeezed(event.layer), "events", event, squeezed(event.label))
    return groups


def _who(names: Mapping[str, str], label: str | None) -> str:
    return shown(names, label) or NOBODY


def _without_overlap(name: str, spans: Iterable[tuple[float, float, str]]) -> list[tuple[str, list[tuple[float, float, str]]]]:
    """The intervals on as few tiers as they need: within a tier none overlaps."""
    tiers: list[list[tuple[float, float, str]]] = []
    for span in sorted(spans):
        for tier in tiers:
            if tier[-1][1] <= span[0]:
                tier.append(span)
                break
        else:
            tiers.append([span])
    return [(name if i == 0 else f"{name} {i + 1}", tier) for i, tier in enumerate(tiers)]


def _intervals(spans: Iterable[tuple[float, float, str]], last: float) -> Iterable[tuple[float, float, str]]:
    """The spans with empty intervals between, as Praat wants them: no gap from 0 to the end."""
    at = 0.0
    for start, end, text in spans:
        if start > at:
            yield at, start, ""
        yield start, end, text
        at = end
    if at < last:
        yield at, last, ""


def _time(seconds: float) -> str:
    return re.sub(r"\.?0+$", "", f"{seconds:.6f}") or "0"


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
