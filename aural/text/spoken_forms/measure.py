"""Amounts of a unit: 5 km/h, 20°C, 50%, 6'2", 8GB, a 5-km run, 12/kg"""

from __future__ import annotations

import re

from aural.text._reading import Around, Reading, said
from aural.text._spoken_numbers import nth
from aural.text._units import BY, UNIT, unit
from aural.text.spoken_forms._amounts import AMOUNT, SCALES, amount, is_one

RANK = 14
PATTERN = re.compile(
    rf"""
    (?P<sign>(?:[-+]|[±~][ ]?)(?=[\d.]))?(?P<amount>{AMOUNT.replace(" ", "[ ]")})(?P<scale>\s{SCALES})?(?:
        (?P<gap>[ \t]{{0,2}}|-)(?P<unit>{UNIT}(?:/{BY})?|/{BY})(?P<dot>\.?)(?!\.?[\w²³^/])
        |(?P<feet>')(?:\s?(?P<inches>\d{{1,2}}(?:\.\d)?)(?:"|''|(?!\w))|(?=\s?(?:[x×]|by\b|tall\b|high\b|long\b|wide\b|deep\b)))
        |(?P<long>"|'')
        |(?P<last>')(?!\w)
    )
    |/(?P<per>{BY})(?!\w)
    |(?P<bare>°C|°F|[kcm]?m[²³]|km/h|m/s²?|mi/h)(?!\w)
    """,
    re.VERBOSE,
)
_SIGNS = {"-": "minus", "+": "plus", "±": "plus or minus", "~": "about"}
# Units that are words or letters of their own: behind a space they need more evidence.
_ALSO_WORDS = frozenset("in A h st sq T t S min mo bar sec J N d pt rad cd AU MP Mt Pa".split())
_NEVER_TOUCHING = frozenset("A T S st sq t d N J pt AU F".split())
_SURE_BEHIND = re.compile(r"\s*(?:$|[.,;:!?)\]x×]|\d|(?:long|wide|tall|high|deep|thick|by|per|of|and|or)\b)")
_HOURS = re.compile(r"\d\s?(?:h|hrs?)\s?$")  # before minutes written as m
_BY = re.compile(r"""["']\s?(?:x|×|by)\s?[\d./ ]*$""")  # before the second of two lengths
_ROAD = re.compile(r"\b(?:Highway|Hwy|Route|Rte|Rt|Interstate|I|US)[. -]{1,2}$")
_PRINTED = re.compile(r"[ -](?:font|type|text|size|letters|print)\b")
_COUNTS = frozenset("money measure cardinal decimal fraction".split())


def read(found: re.Match[str], around: Around) -> Reading | None:
    """Amount and unit, the unit singular for one; feet and inches; "per" behind another amount."""
    end = found.end()
    if found["bare"]:
        return said(end, *unit(found["bare"], one=False)) if around.signed else None
    if found["per"]:
        touching = around.previous in _COUNTS and not around.left[-1:].isspace()
        return said(end, *unit(f"/{found['per']}", one=False)) if touching else None
    if found["sign"] and not around.signed:
        return None
    written = found["amount"].strip()
    sign = tuple(_SIGNS[found["sign"].strip()].split()) if found["sign"] else ()
    words = (*sign, *amount(written, joined=not found["scale"]), *(found["scale"] or "").split())
    one = (is_one(written) and not found["scale"]) or around.describes(end)
    if found["feet"]:
        inches = (*amount(found["inches"]), "inch" if found["inches"] == "1" else "inches") if found["inches"] else ()
        return said(end, *words, "foot" if one else "feet", *inches)
    if found["last"]:
        return said(end, *words, "foot" if one else "feet") if _BY.search(around.left + written) else None
    if found["long"]:
        by = _BY.search(around.left + written)
        return said(end, *words, "inch" if one else "inches") if by or _is_inches(around, end) else None
    return _with_unit(found, around, words, one)


def _with_unit(found: re.Match[str], around: Around, words: tuple[str, ...], one: bool) -> Reading | None:
    name, gap, written = found["unit"], found["gap"], found["amount"]
    if gap == "-" and (len(name) < 2 or not name[0].isalpha() or name == "in"):
        return None
    if not gap and (name in _NEVER_TOUCHING or (name == "s" and len(written) < 2)):
        return None
    short = bool(found["dot"]) and not around.closes(found.end()) and name[-1].isalpha()
    end = found.end() if short else found.end("unit")
    if name == "N" and gap and _ROAD.search(around.left):
        return None
    if name == "pt" and _PRINTED.match(around.right(end)):
        return said(end, *words, "point")
    if name == "st" and gap and nth(int(re.sub(r"\D", "", written) or 0)) == "st":
        return None
    if name in _ALSO_WORDS and gap and not short and not _evident(name, around, end):
        return None
    meant = "min" if name == "m" and _HOURS.search(around.left) else name
    return said(end, *words, *unit(meant, one or gap == "-" or around.describes(end)))


def _evident(name: str, around: Around, end: int) -> bool:
    """What follows shows that letters are a unit; a number behind "in" is what something lies in ("3 in 10", "19 in 2020")."""
    right = around.right(end)
    if name == "in" and re.match(r"\s\d", right):
        return around.previous == "measure"
    return bool(_SURE_BEHIND.match(right)) or around.previous == "measure"


def _is_inches(around: Around, end: int) -> bool:
    """A double mark is a length unless it closes a quotation; an odd number of marks around says that one is a length."""
    if around.left.endswith('"'):
        return False
    before, behind = around.left.count('"'), around.right(around.start).count('"')
    return before % 2 == 0 or (before + behind) % 2 == 1
