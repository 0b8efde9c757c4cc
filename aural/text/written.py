"""Spoken English as it is written: "one dollar fifty" -> "$1.50", for what recognizers hear.

Only what is safe is changed: counts from thirteen on, ranks from tenth on, and anything that its unit, month, coin or
"a m" makes plain. Marks between words end a figure. The forms stand in `written_forms/`, one category a file; the
longest figure is taken. What `write` makes, `aural.text.spoken.say` says in the same words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, final

from aural import find
from aural.text._clause import Clause, Figure
from aural.text._spoken_numbers import CARDINALS, NTH_SCALES, ORDINALS, SCALES

_WORD = re.compile(r"^([\"'(\[“‘]*)(.*?)([\"')\]”’.,;:!?…]*)$", re.DOTALL)
_NUMERIC = frozenset({*CARDINALS, *ORDINALS, *SCALES, *NTH_SCALES, "hundred", "and"})


@final
@dataclass(frozen=True)
class Stretch:
    """What is written for the words [first, last) that were told; `changed` when it is not the words themselves."""

    first: int
    last: int
    text: str
    changed: bool


def write(text: str) -> str:
    """The text with numbers, dates, times, money, measures and addresses in figures; white space becomes single spaces."""
    return " ".join(stretch.text for stretch in rewritten(text.split()))


def rewritten(told: Sequence[str]) -> tuple[Stretch, ...]:
    """The words of a recognizer (punctuation may cling to them) in stretches, each with what is written for it."""
    pieces = [piece for i, word in enumerate(told) for piece in _pieces(i, word)]
    out: list[Stretch] = []
    first = 0
    for k, piece in enumerate(pieces):
        if piece.behind or (k + 1 < len(pieces) and pieces[k + 1].before) or k + 1 == len(pieces):
            out += _clause(pieces[first : k + 1], told)
            first = k + 1
    return tuple(out)


@dataclass(frozen=True)
class _Piece:
    """A word, or a part of one with hyphens, without the marks that cling to it; `whole` = the next piece is another word."""

    index: int
    word: str
    before: str
    behind: str
    whole: bool


def _pieces(index: int, word: str) -> Iterator[_Piece]:
    found = _WORD.match(word)
    before, bare, behind = (found[1], found[2], found[3]) if found else ("", word, "")
    if re.fullmatch(r"[ap]\.m", bare.lower()) and behind.startswith("."):
        bare, behind = bare + ".", behind[1:]
    parts = bare.split("-")
    if len(parts) == 1 or not all(part.lower() in _NUMERIC for part in parts):
        parts = [bare]
    for k, part in enumerate(parts):
        last = k + 1 == len(parts)
        yield _Piece(index, part, before if k == 0 else "", behind if last else "", last)


def _clause(pieces: Sequence[_Piece], told: Sequence[str]) -> Iterator[Stretch]:
    """The figures of one clause, and its other words as they were."""
    clause = Clause([p.word.lower() for p in pieces], [p.word for p in pieces])
    i = 0
    while i < len(pieces):
        figure = _read(clause, i) if i == 0 or pieces[i - 1].whole else None
        end = figure.end if figure else i + 1
        if figure is None or not pieces[end - 1].whole:
            while not pieces[i].whole:
                i += 1
            yield Stretch(pieces[i].index, pieces[i].index + 1, told[pieces[i].index], False)
            i += 1
            continue
        behind = pieces[end - 1].behind
        text = pieces[i].before + figure.text + (behind[1:] if figure.text.endswith(".") and behind.startswith(".") else behind)
        yield Stretch(pieces[i].index, pieces[end - 1].index + 1, text, True)
        i = end


@cache
def _pages() -> tuple[Any, ...]:
    pages = [find.page("text/written_forms", name) for name in find.names("text/written_forms")]
    return tuple(sorted(pages, key=lambda page: page.RANK))


def _read(clause: Clause, i: int) -> Figure | None:
    """The longest figure that begins here."""
    best: Figure | None = None
    for page in _pages():
        figure = page.read(clause, i)
        if figure and (best is None or figure.end > best.end):
            best = figure
    return best
