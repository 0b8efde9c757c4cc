"""Years and decades: 1984, 2005, the 1990s, '80s, class of '98, 500 BC"""

from __future__ import annotations

import re

from aural.text._number_words import cardinal, decade, year
from aural.text._reading import Around, Reading, said

RANK = 9
PATTERN = re.compile(r"(\d{4})(?!\w|,\d{3}|\.\d)|('?)(\d{3}0|\d0)(?:'s| ?s)(?!\w)|'(\d\d)(?!\w)")
# Words that end in s and follow a year, where another word in s is what is counted ("1500 people" and "1500 cars").
_NO_COUNT = frozenset(
    "is was has as his its this us yes was's does always perhaps besides towards across ends plus minus versus sees saw says "
    "seems comes goes marks begins brings remains proves shows gets makes takes makes thus unless besides".split()
)
_COUNTED = frozenset("people men women children feet miles dollars euros pounds points percent".split())
_COUNT_BEFORE = frozenset(
    "number no nos room page pages chapter line lines over nearly almost about exactly only just least most".split()
)
_LATEST = 2999


def read(found: re.Match[str], around: Around) -> Reading | None:
    """A year or a decade; None for a four-digit number that counts something."""
    end = found.end()
    if found[3]:
        start = int(found[3])
        if " " in found[0] and start < 1000:
            return None
        return said(end, *decade(start))
    if found[4]:
        if around.text.count("'", end, end + 20) and not around.word_before:
            return None
        value = int(found[4])
        return said(end, *(("oh", *cardinal(value)) if value < 10 else cardinal(value)))
    value = int(found[1])
    if re.match(r"[-–](?!\d\d(?:\d\d)?(?!\w))\d", around.right(end)):
        return None
    if not 1100 <= value <= _LATEST or _counts(around, end):
        return None
    return said(end, *year(value))


def _counts(around: Around, end: int) -> bool:
    """True when a plural follows, so that the number counts it."""
    after = re.match(r" ([a-z]{3,})\b", around.right(end))
    if after is None:
        return (
            around.word_before.lower() in ("number", "no", "over", "nearly", "almost", "exactly")
            and int(around.text[around.start : end]) < 1900
        )
    word = after[1]
    return word in _COUNTED or (word.endswith("s") and not word.endswith("ss") and word not in _NO_COUNT)
