"""Dates: july twenty fifth twenty twelve -> July 25, 2012; the fifth of may -> 5 May"""

from __future__ import annotations

import re

from aural.text._clause import Clause, Figure
from aural.text._spoken_numbers import MONTHS, number_at
from aural.text.written_forms._figures import year

RANK = 10


def read(clause: Clause, i: int) -> Figure | None:
    """Month and day, day and month, month and year, with a year behind where one is said."""
    if clause.at(i) in MONTHS:
        name, day = clause.words[i].capitalize(), _day(clause, i + 1)
        behind = year(clause, day[1] if day else i + 1)
        if day:
            return Figure(behind[1], f"{name} {day[0]}, {behind[0]}") if behind else Figure(day[1], f"{name} {day[0]}")
        return Figure(behind[1], f"{name} {behind[0]}") if behind else None
    day = _day(clause, i + 1) if clause.at(i) == "the" else None
    if not day or clause.at(day[1]) != "of" or clause.at(day[1] + 1) not in MONTHS:
        return None
    name, behind = clause.words[day[1] + 1].capitalize(), year(clause, day[1] + 2)
    return Figure(behind[1], f"{day[0]} {name} {behind[0]}") if behind else Figure(day[1] + 2, f"{day[0]} {name}")


def _day(clause: Clause, i: int) -> tuple[int, int] | None:
    """A rank up to 31 and the place behind it."""
    number, size = number_at(clause.words[i : i + 2], 0) if clause.at(i) else (None, 0)
    found = re.fullmatch(r"(\d{1,2})(?:st|nd|rd|th)", number.text) if number else None
    return (int(found[1]), i + size) if found and 0 < int(found[1]) < 32 else None
