"""Short days of the week: Mon., Sat.-Sun.; without a point only before a date or a comma"""

from __future__ import annotations

import re

from aural.text._calendar import DAYS, MONTH, SHORT_DAY, day_of_week
from aural.text._reading import Around, Reading, said

RANK = 11
PATTERN = re.compile(rf"({SHORT_DAY})(\.?)", re.IGNORECASE)
_BEFORE_DATE = re.compile(
    rf"(?:,? (?:{MONTH} )?\d|\s?[-–]\s?{SHORT_DAY}|[/,] ?{SHORT_DAY}| (?:and|or|&|to|through|thru) {SHORT_DAY})", re.IGNORECASE
)

_DAY_BEFORE = re.compile(rf"\b(?:{'|'.join(DAYS)}|{SHORT_DAY})\.?(?:/|,? (?:and|or|&|to|through|thru) |, )$", re.IGNORECASE)


def read(found: re.Match[str], around: Around) -> Reading | None:
    """The day in full; "sat" and "sun" are words of their own, so that a point or a date must follow."""
    if not found[1][0].isupper():
        return None
    right = around.right(found.end())
    if not found[2] and around.left.endswith("/") and _DAY_BEFORE.search(around.left):
        return said(found.end(), day_of_week(found[1]))
    if found[2] and around.closes(found.end()) and _DAY_BEFORE.search(around.left):
        return said(found.end(1), day_of_week(found[1]))
    if found[2] and around.closes(found.end()) and around.previous != "range":
        return said(found.end(1), day_of_week(found[1])) if _is_short(found[1]) else None
    if found[2] or _BEFORE_DATE.match(right) or around.previous == "range":
        return said(found.end(), day_of_week(found[1]))
    return None


def _is_short(written: str) -> bool:
    """Tues and Thurs are no words; Sat and Sun end sentences as words."""
    return written.lower() not in ("sat", "sun", "wed", "mon")
