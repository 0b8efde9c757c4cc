"""Whole numbers: 1,234; 1 000 000; -5; +3; 007; long ones without commas digit by digit"""

from __future__ import annotations

import re

from aural.text._number_words import in_pairs, one_by_one
from aural.text._reading import Around, Reading, said
from aural.text.spoken_forms._amounts import NUMBER, SCALES, amount, names_digits
from aural.text.spoken_forms._places import STATES

RANK = 60
_SPACED = r"[1-9]\d{0,2}(?:(?: \d{3}){0,3} 000|(?: \d{3}){2,4})(?!,?\d| \d{3}(?!\d))"
PATTERN = re.compile(rf"([-+](?=\d))?({_SPACED}|{NUMBER})(?P<own>'s(?!\w))?|\d+")
# Rooms and roads have numbers for names: room four oh four, Highway one oh one.
_LABELED = re.compile(
    r"\b(?:rooms?|rm\.?|suite|ste\.?|highway|hwy\.?|route|rte\.?|rt\.?|interstate|gate|bus|flight|boeing|airbus|channel|psalm|sonnet|"
    r"apartment|apt\.?|unit|locker|terminal|exit|box|xbox|us|u\.s\.|sr|cr|train|fahrenheit|"
    r"error|http|code|status|lot)\s(?:#|no\. )?$",
    re.IGNORECASE,
)
# Postal codes: Washington, D.C. 20001; Austin, Texas 78701.
_POSTED = re.compile(rf",\s(?:D\.C\.|NYC|{'|'.join(sorted(set(STATES.values())))}),?\s{{1,2}}$")
_MODEL = re.compile(r"(?<![\w.])[A-Z]{2,5} $")  # RTX 3080
# A picture's width and height: 1920x1080.
_ALARM = re.compile(r" (?:calls?|callers?|dispatch(?:er|ers)?|operators?|hotline|lifeline|recordings?)\b")  # a 911 call
_HEIGHT = re.compile(r"\s?[x×]\s?\d{3,4}(?![\w.,]|\s?(?:m|mm|cm|km|ft|in)\b)")
_WIDTH = re.compile(r"(?<![\w.,])\d{3,4}\s?[x×]\s?$")
_ROUND = "000000"  # a number that ends so is a count however long it is
_NAME = 10  # digits: from here on a number without commas is a name, not a count


def read(found: re.Match[str], around: Around) -> Reading | None:
    """A count; digits one by one when it is long, begins with zero, or a word before asks for it."""
    digits = (found[2] or found[0]).replace(" ", "")
    if (found[1] and not around.signed) or (found["own"] and len(digits) == 4):
        return None
    end = found.start("own") if found["own"] else found.end()
    words = _words(found, digits, around, end)
    return said(found.end(), *words[:-1], words[-1] + (found["own"] or ""))


def _is_size(digits: str, around: Around, end: int) -> bool:
    """A side of a picture, where one of the two has four digits: 3840 x 2160, 1280x720."""
    if not digits.isdecimal() or len(digits) not in (3, 4) or digits.startswith("0"):
        return False
    other = _HEIGHT.match(around.right(end)) or _WIDTH.search(around.left)
    return other is not None and (len(digits) == 4 or re.search(r"\d{4}", other[0]) is not None)


def _words(found: re.Match[str], digits: str, around: Around, end: int) -> tuple[str, ...]:
    sign: tuple[str, ...] = {"-": ("minus",), "+": ("plus",)}.get(found[1] or "", ())
    if digits.isdecimal() and len(digits) == 5 and _POSTED.search(around.left):
        return one_by_one(digits)
    if digits.isdecimal() and (
        (len(digits) >= _NAME and not digits.endswith(_ROUND)) or (len(digits) > 2 and names_digits(around.left))
    ):
        return (*sign, *one_by_one(digits))
    if _is_size(digits, around, end):
        return (*sign, *in_pairs(digits))
    if re.fullmatch(r"[1-9]11|988|999|112", digits) and _ALARM.match(around.right(end)):
        return one_by_one(digits)
    if len(digits) == 3 and (re.search(r"\b[A-Z][A-Za-z]*-$", around.left) or _LABELED.search(around.left)):
        return in_pairs(digits)
    if len(digits) == 4 and digits[2] != "0" and _MODEL.search(around.left) and not re.match(r" [a-z]", around.right(end)):
        return in_pairs(digits)
    alone = not re.match(rf"\s{SCALES}\b|-[A-Za-z]", around.right(end))
    return (*sign, *amount(digits, joined=alone))
