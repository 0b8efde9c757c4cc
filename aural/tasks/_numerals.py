"""Segments with numbers, dates, times, money and addresses in figures; a figure has the time of the words it replaces."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence

from aural.errors import UsageError
from aural.results import Segment, Word
from aural.text.languages import code_of
from aural.text.written import rewritten, write

KNOWN = "en"


def refuse(language: str | None) -> None:
    """Raises: UsageError when figures are asked for in a language that has none here."""
    code = code_of(language)
    if code not in (None, "auto", KNOWN):
        raise UsageError(f"there are no figures for {code!r}", where="--numerals", fix="Leave it out: they are written for en")


def in_figures(segments: Iterable[Segment], asked: bool = True) -> list[Segment]:
    """The segments, where `asked` those in English rewritten; `spoken` of a word keeps what was heard."""
    return list(segments) if not asked else [_segment(s) if s.language in (None, KNOWN) else s for s in segments]


def _segment(segment: Segment) -> Segment:
    if segment.words is None:
        return dataclasses.replace(segment, text=write(segment.text))
    words = tuple(_words(segment.words))
    return dataclasses.replace(segment, text=" ".join(w.text for w in words), words=words)


def _words(words: Sequence[Word]) -> list[Word]:
    return [
        _one(words[s.first : s.last], s.text) if s.changed else words[s.first] for s in rewritten([word.text for word in words])
    ]


def _one(words: Sequence[Word], text: str) -> Word:
    """One word for several: from the start of the first to the end of the last, as sure as the least sure of them."""
    sure = [w.confidence for w in words if w.confidence is not None]
    return dataclasses.replace(
        words[0],
        end=max(w.end for w in words),
        text=text,
        spoken=" ".join(w.spoken or w.text for w in words),
        confidence=min(sure) if sure else None,
        timed="measured" if all(w.timed == "measured" for w in words) else "guessed",
    )
