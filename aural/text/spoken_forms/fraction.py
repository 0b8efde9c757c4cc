"""Fractions: 3/4, 2 1/2, ½, 1/4th"""

from __future__ import annotations

import re

from aural.text._number_words import cardinal
from aural.text._reading import Around, Reading, said
from aural.text.spoken_forms._amounts import NUMBER, VULGAR, amount, with_fraction

RANK = 30
PATTERN = re.compile(
    rf"(-(?=[\d{VULGAR}]))?(?:(?:({NUMBER})(?: |-(?=\d{{1,2}}/\d{{1,2}}(?![\w/]))))?"
    rf"(\d{{1,9}})\s?/\s?(\d{{1,9}})(?:st|nd|rd|th|ST|ND|RD|TH)?(?![\w/]|\.\d)"
    rf"|(\d{{0,9}} ?[{VULGAR}])(?!\w))"
)
# Said as two numbers, because they are names: a day, a terror, a week around the clock.
_NAMES = frozenset({(24, 7), (9, 11), (7, 11), (4, 20)})
_STARS = re.compile(r" (?:stars|points|rating)\b")
_RATED = re.compile(r"\b(?:rated|rating|scored?|grade|gave (?:it|her|him|them))(?:[: ]| of | at )(?:an? )?$", re.IGNORECASE)
_BEAT = re.compile(r"[ -](?:time|signature|meter|measure|beat)\b")  # music: 4/4 time
_MARKS = frozenset({10, 100})  # a full score: 10/10
_ROUND = 10  # from here on two equal numbers are halves of a whole: 50/50
_WHOLE = 100  # two shares that fill it are two numbers: 60/40


def read(found: re.Match[str], around: Around) -> Reading | None:
    """A fraction as halves, thirds ...; two equal numbers (50/50) and ratios (120/80) as two numbers."""
    if around.left.endswith("/") or (found[1] and not around.signed) or re.match(r"\s?=", around.right(found.end())):
        return None
    sign = ("minus",) if found[1] else ()
    if found[5]:
        return said(found.end(), *sign, *amount(found[5].strip()))
    over, under = int(found[3]), int(found[4])
    if found[2] and "-" in found[0][1:] and over >= under:
        return None
    if not found[2] and _BEAT.match(around.right(found.end())):
        return said(found.end(), *cardinal(over), *cardinal(under))
    if not found[2] and ((over, under) in _NAMES or (over == under >= _ROUND and under not in _MARKS)):
        return said(found.end(), *sign, *cardinal(over), *cardinal(under))
    if not found[2] and over + under == _WHOLE and under <= over:
        return said(found.end(), *sign, *cardinal(over), *cardinal(under))
    if (
        not found[2]
        and over <= under
        and (over == under in _MARKS or _STARS.match(around.right(found.end())) or _RATED.search(around.left))
    ):
        return said(found.end(), *cardinal(over), "out", "of", *cardinal(under))
    if not found[2] and 1000 < over <= 2100 and (over < under <= 2100 or under == over % 100 + 1):
        return None
    if under == 0:
        return said(found.end(), *sign, *cardinal(over), "over", *cardinal(under))
    return said(found.end(), *sign, *with_fraction(int(found[2].replace(",", "")) if found[2] else None, over, under))
