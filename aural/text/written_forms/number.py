"""Counts: twenty five -> 25, five point two million -> 5.2 million, three point ten point two -> 3.10.2; small ones stay words"""

from __future__ import annotations

from aural.text._clause import Clause, Figure
from aural.text._spoken_numbers import CARDINALS, places_at
from aural.text.written_forms._figures import LONGEST, count, decimal, ends_count, scaled

RANK = 50
_WORDS = 13  # counts below stay words: "two of us", "twelve angry men"
_COMMAS = 10  # digits: without commas a longer number is read digit by digit
_YEARS = range(1100, 3000)  # a count in these is set apart from years by its comma
_BEFORE_YEAR = frozenset("in since until till by before after during year".split())


def read(clause: Clause, i: int) -> Figure | None:
    """A count from thirteen on, any decimal, "minus" before either."""
    minus = "-" if clause.at(i) == "minus" else ""
    first = i + bool(minus)
    found = scaled(clause, first) or decimal(clause, first)
    if found:
        text, end = found
        while clause.at(end) == "point" and text[-1].isdecimal():  # a version
            places, size = places_at(clause.words[end + 1 : end + 1 + LONGEST], 0)
            if not places:
                break
            text, end = f"{text}.{places}", end + 1 + size
        return Figure(end, minus + text)
    found = count(clause, first)
    if (
        not found
        or clause.at(first - 1) in CARDINALS
        or clause.at(found[1]) in CARDINALS
        or (int(found[0]) < _WORDS and not minus)
        or clause.words[found[1] : found[1] + 3] == ["and", "a", "half"]
    ):
        return None
    told = clause.at(first - 1) in _BEFORE_YEAR and ends_count(clause, found[1]) and 2000 < int(found[0]) < 2100
    as_year = (
        not told and int(found[0]) in _YEARS and "thousand" in clause.words[first : found[1]] and not found[0].startswith("200")
    )
    return Figure(found[1], minus + (f"{int(found[0]):,}" if as_year or len(found[0]) >= _COMMAS else found[0]))
