"""Amounts of a unit: 5 km/h, 20°C, 50%, 6'2", 8GB, a 5-km run, 12/kg"""

from __future__ import annotations

import re

from aural.text._reading import Around, Part, Reading, said
from aural.text.spoken_forms._amounts import AMOUNT, SCALES, amount, is_one
from aural.text.spoken_forms._units import BY, UNIT, unit

RANK = 14
PATTERN = re.compile(
    rf"(?P<sign>[-+±~]\s?(?=[\d.]))?(?P<amount>{AMOUNT})(?P<scale>\s{SCALES})?(?:"
    rf"(?P<gap>\s{{0,2}}|-)(?P<unit>{UNIT}(?:/{BY})?|/{BY})(?P<dot>\.?)(?![\w²³^/])"
    r"|(?P<feet>')\s?(?P<inches>\d{1,2}(?:\.\d)?)(?:\"|''|(?!\w))|(?P<long>\"|''))|/(?P<per>"
    rf"{BY})(?!\w)"
)
_SIGNS = {"-": "minus", "+": "plus", "±": "plus or minus", "~": "about"}
# Units that are words or letters of their own: they need a touch or more evidence than a space.
_ALSO_WORDS = frozenset(
    {"in", "A", "h", "st", "sq", "T", "t", "S", "min", "mo", "bar", "sec", "J", "N", "d", "pt", "rad", "cd", "AU", "MP"}
)
_NEVER_TOUCHING = frozenset({"A", "T", "S", "st", "sq", "t", "d", "N", "J", "pt", "AU", "F"})
_SURE_BEHIND = re.compile(r"\s*(?:$|[.,;:!?)\]x×]|\d|(?:long|wide|tall|high|deep|thick|by|per|of|and|or)\b)")


def read(found: re.Match[str], around: Around) -> Reading | None:
    """Amount and unit, the unit singular for one; feet and inches; "per" behind another amount."""
    end = found.end()
    if found["per"]:
        if (
            around.previous not in ("money", "measure", "cardinal", "decimal", "fraction")
            or around.text[around.start - 1].isspace()
        ):
            return None
        return said(end, *unit(f"/{found['per']}", one=False))
    if found["sign"] and re.search(r"[\w)\]%°]$", around.left):
        return None
    sign = tuple(_SIGNS[found["sign"].strip()].split()) if found["sign"] else ()
    words = (*sign, *amount(found["amount"].strip(), joined=not found["scale"]), *(found["scale"] or "").split())
    one = is_one(found["amount"].strip()) and not found["scale"]
    if found["feet"]:
        return said(
            end, *words, "foot" if one else "feet", *amount(found["inches"]), "inch" if found["inches"] == "1" else "inches"
        )
    if found["long"]:
        return said(end, *words, "inch" if one else "inches") if _is_inches(around, end) else None
    return _with_unit(found, around, words, one)


def _with_unit(found: re.Match[str], around: Around, words: tuple[str, ...], one: bool) -> Reading | None:
    name, gap = found["unit"], found["gap"]
    if gap == "-" and (len(name) < 2 or not name[0].isalpha() or name == "in"):
        return None
    if not gap and (name in _NEVER_TOUCHING or (name == "s" and len(found["amount"]) < 2)):
        return None
    end = found.end("unit")
    if found["dot"] and not around.closes(found.end()) and name[-1].isalpha():
        end = found.end()
    if name in _ALSO_WORDS and gap and end != found.end("dot") and not _evident(around, end):
        return None
    return (Part(end, (*words, *unit(name, one or gap == "-"))),)


def _evident(around: Around, end: int) -> bool:
    return bool(_SURE_BEHIND.match(around.right(end))) or around.previous == "measure"


def _is_inches(around: Around, end: int) -> bool:
    """A double mark is a length unless it closes a quotation; an odd number of marks in the text says that one is a length."""
    marks = around.text.count('"', max(0, around.start - 2000), around.start)
    return marks % 2 == 0 or (marks + around.text.count('"', around.start, around.start + 2000)) % 2 == 1
