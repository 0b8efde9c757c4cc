"""Ranks: 1st, 22nd, 1,000th; one with a wrong ending is said with its letters"""

from __future__ import annotations

import re

from aural.text._number_words import cardinal, one_by_one, ordinal, plural
from aural.text._reading import Around, Reading, said
from aural.text._spoken_numbers import nth
from aural.text.spoken_forms._amounts import NUMBER

RANK = 20
PATTERN = re.compile(
    rf"({NUMBER}) ?(st|nd|rd|th|ST|ND|RD|TH|ˢᵗ|ⁿᵈ|ʳᵈ|ᵗʰ)(s?)(?P<own>'s(?!\w))?(?!\w)|(\d{{1,4}})([ºª])|(?:[nN]°|[nN]º) ?(?=\d)"
)
_RAISED = {"ˢᵗ": "st", "ⁿᵈ": "nd", "ʳᵈ": "rd", "ᵗʰ": "th"}


def read(found: re.Match[str], around: Around) -> Reading | None:
    """A rank, or digits and letters where the ending does not fit ("111st")."""
    if not found[5] and not found[1]:
        return said(found.end(), "number")
    if found[5]:
        return said(found.end(), *ordinal(int(found[5])))
    digits, ending = found[1].replace(",", ""), _RAISED.get(found[2], found[2].lower())
    if nth(int(digits)) == ending and not re.match(r"0\d", digits):
        *words, last = ordinal(int(digits))
        return said(found.end(), *words, (plural(last) if found[3] else last) + (found["own"] or ""))
    if " " in found[0]:
        return None
    alike = len(digits) > 2 and len(set(digits)) == 1
    number = one_by_one(digits) if alike or digits.startswith("0") else cardinal(int(digits), joined=False)
    return said(found.end(), *number, found[2].lower())
