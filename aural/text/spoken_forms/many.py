"""Whole numbers with a letter for their thousands, and powers of ten: 2bn, 5M users, 100k people, 1e-3"""

from __future__ import annotations

import re

from aural.text._number_words import cardinal
from aural.text._reading import Around, Reading, said
from aural.text.spoken_forms._amounts import PEOPLE, SHORT_SCALES, amount

RANK = 7
PATTERN = re.compile(
    r"(?P<sign>[-+](?=\d))?(?P<whole>\d{1,9})(?:[eE](?P<power>[-+]\d{1,3}|(?<=\b\d[eE])\d{1,2})|\ ?(?P<many>bn|mn|mln)"
    r"|(?P<same>[kKM]) ?[-–] ?(?P<most>\d{1,9})(?P=same)"
    r"|\ ?(?P<bln>bln)"
    r"|(?P<letter>[kmMB])(?=\+? (?:more |new )?(?P<what>[a-z]{3,}s|people)\b))(?!\w)"
)
# Behind anything else "5m" is a length; what has none is counted by the million.
_NO_LENGTH = frozenset(PEOPLE.split("|"))
_ENDS = frozenset("has was does this towards across less as is his its".split())


def read(found: re.Match[str], around: Around) -> Reading | None:
    """The count with its thousand, million or billion; a letter alone asks for what is counted behind it."""
    if around.left[-1:].isalnum() or around.left.endswith(("-", ".", "/")) or (found["sign"] and not around.signed):
        return None
    sign = {"-": ("minus",), "+": ("plus",)}.get(found["sign"] or "", ())
    whole = amount(found["whole"], joined=False)
    if found["power"]:
        return said(found.end(), *sign, *whole, *"times ten to the power of".split(), *cardinal(int(found["power"])))
    if found["most"]:
        scale = SHORT_SCALES[found["same"]]
        return said(found.end(), *sign, *whole, scale, "to", *amount(found["most"], joined=False), scale)
    if found["letter"] and (found["what"] in _ENDS or (found["letter"] == "m" and found["what"] not in _NO_LENGTH)):
        return None
    return said(found.end(), *sign, *whole, SHORT_SCALES[found["many"] or found["bln"] or found["letter"]])
