"""Ranks from tenth on: twenty third -> 23rd"""

from __future__ import annotations

import re

from aural.text._clause import Clause, Figure
from aural.text._spoken_numbers import number_at
from aural.text.written_forms._figures import LONGEST

RANK = 40


def read(clause: Clause, i: int) -> Figure | None:
    """A rank said in words; "first" to "ninth" stay words ("second" is a time too)."""
    if clause.at(i)[:1].isdecimal():
        return None
    number, end = number_at(clause.words[i : i + LONGEST], 0)
    found = re.fullmatch(r"(\d+)(st|nd|rd|th)", number.text) if number else None
    return (
        Figure(i + end, f"{int(found[1]):,}{found[2]}" if len(found[1]) > 9 else found[0]) if found and len(found[1]) > 1 else None
    )
