"""Short days of the week: Mon., Sat.-Sun., M-F beside hours; without a point only before a date or a comma"""

from __future__ import annotations

import re

from aural.text._calendar import DAYS, MONTH, SHORT_DAY, day_of_week
from aural.text._reading import Around, Part, Reading, said

RANK = 11
_LETTERS = {"M": "mon", "Tu": "tue", "T": "tue", "W": "wed", "Th": "thu", "F": "fri", "Sa": "sat", "S": "sat", "Su": "sun"}
_LETTER = "|".join(_LETTERS)
PATTERN = re.compile(
    rf"({SHORT_DAY})(\.?)|(?-i:(?<![\w.'/-])(?P<first>{_LETTER})(?P<dash>[-–])(?P<last>{_LETTER}))(?![\w'/-])", re.IGNORECASE
)
# What tells that letters are days: a clock's hours, or a day in words.
_HOURS = re.compile(
    rf"\d\s?(?:[ap]\.?m\b|[-–]\s?\d|:\d\d)|\b(?:noon|midnight|open|closed|hours|weekdays?|{SHORT_DAY}|{'|'.join(DAYS)})\b",
    re.IGNORECASE,
)
_BEFORE_DATE = re.compile(
    rf"(?:,? (?:{MONTH} )?\d|\s?[-–]\s?{SHORT_DAY}|[/,] ?{SHORT_DAY}| (?:and|or|&|to|through|thru) {SHORT_DAY})", re.IGNORECASE
)

_DAY_BEFORE = re.compile(rf"\b(?:{'|'.join(DAYS)}|{SHORT_DAY})\.?(?:/|,? (?:and|or|&|to|through|thru) |, )$", re.IGNORECASE)

_JOINED = re.compile(rf"\b(?:{'|'.join(DAYS)}|{SHORT_DAY})\.? ?(?:&|and|or|to|through|thru) $", re.IGNORECASE)


def read(found: re.Match[str], around: Around) -> Reading | None:
    """The day in full; "sat" and "sun" are words of their own, so that a point or a date must follow."""
    if found["first"]:
        return _letters(found, around)
    if not found[1][0].isupper():
        return None
    right = around.right(found.end())
    if not found[2] and around.left.endswith("/") and _DAY_BEFORE.search(around.left):
        return said(found.end(), day_of_week(found[1]))
    if not found[2] and _JOINED.search(around.left) and not re.match(r" [A-Z]", right):
        return said(found.end(), day_of_week(found[1]))
    if found[2] and around.closes(found.end()) and _DAY_BEFORE.search(around.left):
        return said(found.end(1), day_of_week(found[1]))
    if found[2] and around.closes(found.end()) and around.previous != "range":
        return said(found.end(1), day_of_week(found[1])) if _is_short(found[1]) else None
    if found[2] or _BEFORE_DATE.match(right) or around.previous == "range":
        return said(found.end(), day_of_week(found[1]))
    return None


def _letters(found: re.Match[str], around: Around) -> Reading | None:
    """M-F as Monday to Friday, where hours or other days stand nearby and the days are in order."""
    order = list(_LETTERS)
    near = around.left[-40:], around.right(found.end())[:40]
    if order.index(found["first"]) >= order.index(found["last"]) or not any(_HOURS.search(side) for side in near):
        return None
    first, last = day_of_week(_LETTERS[found["first"]]), day_of_week(_LETTERS[found["last"]])
    return (Part(found.end("first"), (first,)), Part(found.end("dash"), ("to",), "range"), Part(found.end(), (last,)))


def _is_short(written: str) -> bool:
    """Tues and Thurs are no words; Sat and Sun end sentences as words."""
    return written.lower() not in ("sat", "sun", "wed", "mon")
