"""The dash between two amounts of a kind: 3-4, 1980-1986, 4:00 am - 8:12 pm, Mon.-Fri."""

from __future__ import annotations

import re

from aural.text._reading import Around, Reading, said
from aural.text._units import UNIT

RANK = 50
PATTERN = re.compile(r"[-–—](?=\s?(?:[$€£¥₩₹]?\.?\d|'\d|[A-Z]))")
_KINDS = frozenset("cardinal decimal year money measure time date ordinal fraction weekday roman".split())
_NUMBER_BEHIND = re.compile(r".\s?[$€£¥₩₹']?[\d.,:]*\d(?:st|nd|rd|th|s|%|°|[A-Za-z]{1,3})?(?![-–]?\w)")
_MEASURED = re.compile(rf".\s?[\d.,]+\s?{UNIT}(?!\w)")
_CLOCK = re.compile(r".\s?\d{1,2}(?::\d\d)?\s?(?:[ap]\.?m\b|(?<=:\d\d))", re.IGNORECASE)
_NAMES = re.compile(r".\s?(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)")


def read(found: re.Match[str], around: Around) -> Reading | None:
    """ "to" between two of a kind; a dash with spaces around joins times and days only, one in a chain joins nothing."""
    right, spaced = around.right(found.start()), around.left[-1:].isspace()
    if around.previous not in _KINDS or re.search(r"[-–][\w.]{1,12}\s?$", around.left):
        return None
    twice = re.search(r"(?<![\w.,-])(\d{1,3})$", around.left)
    if twice and re.match(rf".{twice[1]}(?![\w.,:%°])", right):
        return None  # fifty fifty
    if around.previous == "roman":
        return said(found.end(), "to") if re.match(r".[IVXLC]{1,7}(?!\w)", right) else None
    if around.previous in ("weekday", "date") and _NAMES.match(right):
        return said(found.end(), "to")
    if around.previous == "time" and _CLOCK.match(right):
        return said(found.end(), "to")
    if re.search(r"[A-Za-z]-?\d+$", around.left) and around.previous != "measure":
        return None
    same = spaced == right[1:2].isspace()
    close = not spaced or around.previous in ("year", "money", "measure") or _MEASURED.match(right) or _rises(around, right)
    return said(found.end(), "to") if same and close and _NUMBER_BEHIND.match(right) else None


def _rises(around: Around, right: str) -> bool:
    """Two counts, the second one larger, and what is counted behind it or before: 5 - 10 minutes, pages 12 - 15."""
    pair = (
        re.search(r"(?:([a-z]{4,}s) )?(?<![\w.,:-])(\d{1,3}) $", around.left),
        re.match(r". (\d{1,3})( [a-z]{2,})?(?![\w:,-]|\.\d)", right),
    )
    return bool(pair[0] and pair[1] and int(pair[0][2]) < int(pair[1][1]) and (pair[0][1] or pair[1][2]))
