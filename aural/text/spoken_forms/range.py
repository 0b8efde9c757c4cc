"""The dash between two amounts of a kind: 3-4, 1980-1986, 4:00 am - 8:12 pm, Mon.-Fri., A-Z, 1999-present"""

from __future__ import annotations

import re

from aural.text._calendar import MONTH
from aural.text._number_words import cardinal
from aural.text._reading import Around, Reading, said
from aural.text._units import UNIT

RANK = 50
PATTERN = re.compile(
    r"(?P<turn>[-–])0(?P<late>\d)(?![\w.,:%°-])"
    r"|[-–—~](?=\s?(?:[$€£¥₩₹]?\.?\d|'\d|[A-Z]|[ivx]{1,5}\b|z\b|(?:present|now|today|noon|midnight)\b))"
)
_KINDS = frozenset("cardinal decimal year money measure time date ordinal fraction weekday roman".split())
_NUMBER_BEHIND = re.compile(r".\s?[$€£¥₩₹']?[\d.,:]*\d(?:st|nd|rd|th|s|%|°|[A-Za-z]{1,3}|'\d{1,2}\")?(?![-–]?\w)")
_AIRCRAFT = re.compile(r"\b(?:Boeing|Airbus|MD|A) ?-?[37]\d\d$")  # what follows names the build: 747-400
_MEASURED = re.compile(rf".\s?[\d.,]+\s?{UNIT}(?!\w)")
_CLOCK = re.compile(r".\s?(?:\d{1,2}(?::\d\d)?\s?(?:[ap]\.?m?\b|(?<=:\d\d))|noon\b|midnight\b)", re.IGNORECASE)
_NAMES = re.compile(r".\s?(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)")
_DATED = re.compile(rf".\s?(?:\d{{1,2}}(?:st|nd|rd|th)?\s{MONTH}|{MONTH}\s\d)", re.IGNORECASE)
_LETTERS = {"A": "Z", "a": "z"}
_TWICE = {"24": "7"}  # around the clock


def read(found: re.Match[str], around: Around) -> Reading | None:
    """ "to" between two of a kind; a dash with spaces around joins times and days only, one in a chain joins nothing."""
    if found["turn"]:
        return _turn(found, around) or _dash(found.start() + 1, around)
    return _dash(found.end(), around)


def _dash(end: int, around: Around) -> Reading | None:
    right = around.right(around.start)
    if re.search(r"(?<![\w.'-])[Aa]$", around.left) and re.match(rf".{_LETTERS[around.left[-1]]}(?![\w'-])", right):
        return said(end, "to")
    if re.match(r".\s?(?:present|now|today)\b", right):
        return said(end, "to") if around.previous == "year" else None
    if re.search(r"\b(?:noon|midnight)\s?$", around.left, re.IGNORECASE) and _CLOCK.match(right):
        return said(end, "to")
    if _is_row(around, right):
        return said(end, "to")
    if re.match(r".\s?0\d\d", right):
        return None  # the second half of a number that is typed
    if around.previous not in _KINDS or re.search(r"[-–][\w.]{1,12}\s?$", around.left):
        return None
    twice = re.search(r"(?<![\w.,-])(\d{1,3})$", around.left)
    if twice and re.match(rf".{_TWICE.get(twice[1], twice[1])}(?![\w.,:%°-])", right):
        return None  # fifty fifty
    return said(end, "to") if _joins(around, right) else None


def _is_row(around: Around, right: str) -> bool:
    """Two names of a row, of the same letters and a rising number or the other way round: Q1-Q3, seats 12A-12C."""
    before = re.search(r"(?<![\w.,'-])([A-Za-z]{0,2})(\d{1,3})([A-Z]?)$", around.left)
    behind = re.match(r".([A-Za-z]{0,2})(\d{1,3})([A-Z]?)(?![\w'-]|\.\d)", right)
    if around.previous != "serial" or not before or not behind:
        return False
    first, last = (int(before[2]), before[3]), (int(behind[2]), behind[3])
    named = bool(before[1]) != bool(before[3]) and bool(before[3]) == bool(behind[3])
    return named and before[1] == behind[1] and first < last


def _joins(around: Around, right: str) -> bool:
    """True when what stands behind is of the kind that stands before."""
    spaced = around.left[-1:].isspace()
    if around.previous == "roman":
        return re.match(r".(?:[IVXLC]{1,7}|[ivx]{1,5})(?!\w)", right) is not None
    if around.previous in ("weekday", "date") and _NAMES.match(right):
        return True
    if around.previous == "date" and _DATED.match(right):
        return True
    if around.previous == "time" and _CLOCK.match(right):
        return True
    if right[0] == "~" and not re.match(r".\d", right):
        return False
    if (re.search(r"[A-Za-z]-?\d+$", around.left) and around.previous != "measure") or _AIRCRAFT.search(around.left):
        return False
    same = spaced == right[1:2].isspace()
    ranks = around.previous == "ordinal" and re.match(r". \d{1,4}(?:st|nd|rd|th)\b", right)
    close = (
        not spaced or ranks or around.previous in ("year", "money", "measure") or _MEASURED.match(right) or _rises(around, right)
    )
    return same and bool(close) and (_NUMBER_BEHIND.match(right) is not None or _describes(around, right))


def _rises(around: Around, right: str) -> bool:
    """Two counts, the second one larger, and what is counted behind it or before: 5 - 10 minutes, pages 12 - 15."""
    pair = (
        re.search(r"(?:([a-z]{4,}s) )?(?<![\w.,:-])(\d{1,3}) $", around.left),
        re.match(r". (\d{1,3})( [a-z]{2,})?(?![\w:,-]|\.\d)", right),
    )
    return bool(pair[0] and pair[1] and int(pair[0][2]) < int(pair[1][1]) and (pair[0][1] or pair[1][2]))


def _describes(around: Around, right: str) -> bool:
    """A range that describes a thing: a 5-10-year plan."""
    pair = re.search(r"(?<![\w.,:-])(\d{1,3})$", around.left), re.match(r".(\d{1,3})-[a-z]{3,}", right)
    return bool(pair[0] and pair[1] and int(pair[0][1]) < int(pair[1][1]))


def _turn(found: re.Match[str], around: Around) -> Reading | None:
    """The short second year of a season in this century: 2004-05; at its turn the year in full: 1999-00."""
    year = re.search(r"(?<![\w.-])(?:19|20)(\d\d)$", around.left)
    if around.previous != "year" or year is None or (int(year[1]) + 1) % 100 != int(found["late"]):
        return None
    late = int(found["late"])
    return said(found.end(), "to", *(("oh", *cardinal(late)) if late else ("two", "thousand")))
