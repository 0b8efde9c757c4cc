"""Years and decades: 1984, 2005, the 1990s, '80s, class of '98"""

from __future__ import annotations

import re

from aural.text._number_words import cardinal, decade, year
from aural.text._reading import Around, Reading, said
from aural.text.spoken_forms._amounts import names_digits

RANK = 9
PATTERN = re.compile(
    r"'?(?P<decade>\d{3}0|(?<=')[01]0|00|[2-9]0|[1-9]00(?=s (?:AD|BC|B\.C|CE|A\.D)))(?:'s|(?P<gap> ?)s)(?!\w)"
    r"|(?P<year>\d{4})(?P<own>'s(?!\w))?(?!\w|,\d{3}|\.\d)|'(?P<short>\d\d)(?!\w)"
)
_FIRST, _LAST = 1010, 2999
_HOURS_BEFORE = re.compile(r"\d\s?(?:m|mins?|h|hrs?)\s$")  # before seconds: 2m 30s
# Words in s that follow a year; any other word in s is what is counted ("1500 cars").
_NO_COUNT = frozenset(
    "is was has as his its this us yes does always perhaps besides towards across plus minus versus sees saw says seems comes "
    "goes marks begins brings remains proves shows gets makes takes thus unless ends".split()
)
_COUNTED = frozenset("people men women children feet miles dollars euros pounds points percent".split())
_COUNTING = frozenset("number no over nearly almost exactly".split())


def read(found: re.Match[str], around: Around) -> Reading | None:
    """A year or a decade; None for a four-digit number that counts or is typed."""
    end = found.end()
    if found["decade"]:
        first = int(found["decade"])
        if _HOURS_BEFORE.search(around.left) and len(found["decade"]) == 2:
            return None
        if first == 1000 and around.right(end).startswith(" of"):
            return None
        if found["decade"] == "00":
            return said(end, "two", "thousands") if not around.left[-1:].isdecimal() else None
        return None if found["gap"] and first < _FIRST else said(end, *decade(first))
    if found["short"]:
        value = int(found["short"])
        quoted = "'" in around.right(end)[:20] and not around.word_before
        return None if quoted else said(end, *(("oh", *cardinal(value)) if value < 10 else cardinal(value)))
    value = int(found["year"])
    short = re.match(r"[-–](\d)(?!\d)", around.right(end))
    if short and int(short[1]) <= value % 10:
        return None
    range_of_counts = re.match(r"[-–](?!\d{1,2}(?:\d\d)?(?:'?s)?(?!\w))\d", around.right(end))
    if not _FIRST <= value <= _LAST or range_of_counts or names_digits(around.left) or _counts(value, around, end):
        return None
    *words, last = year(value)
    return said(end, *words, last + (found["own"] or ""))


def _counts(value: int, around: Around, end: int) -> bool:
    """True when a plural follows, or a word of counting stands before a number that is no year of our time."""
    after = re.match(r" ([a-z]{3,})\b", around.right(end))
    if after is None:
        return around.word_before.lower() in _COUNTING and value < 1900
    word = after[1]
    return word in _COUNTED or (word.endswith("s") and not word.endswith("ss") and word not in _NO_COUNT)
