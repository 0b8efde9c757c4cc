"""Whole numbers: 1,234; -5; +3; 007; long ones without commas digit by digit"""

from __future__ import annotations

import re

from aural.text._number_words import one_by_one
from aural.text._reading import Around, Reading, said
from aural.text.spoken_forms._amounts import NUMBER, SCALES, amount

RANK = 60
PATTERN = re.compile(rf"([-+](?=\d))?({NUMBER})|\d+")
_NAMES_DIGITS = re.compile(
    r"(?:call|dial|text|phone|fax|tel|ext|extension|pin|code|zip|password|ssn|area|flight)\.?:?\s{1,2}$", re.IGNORECASE
)
_NUMBER_OF = 10  # digits: from here on a number without commas is a name, not a count


def read(found: re.Match[str], around: Around) -> Reading | None:
    """A count; digits one by one when it is long, begins with zero, or a word before asks for it."""
    end, digits = found.end(), found[2] or found[0]
    if found[1] and re.search(r"[\w)\]]$", around.left):
        return None
    sign = {"-": ("minus",), "+": ("plus",)}.get(found[1] or "", ())
    if digits.isdecimal() and (len(digits) >= _NUMBER_OF or (len(digits) >= 3 and _NAMES_DIGITS.search(around.left))):
        return said(end, *sign, *one_by_one(digits))
    alone = not re.match(rf"\s{SCALES}\b|-[A-Za-z]", around.right(end))
    return said(end, *sign, *amount(digits, joined=alone))
