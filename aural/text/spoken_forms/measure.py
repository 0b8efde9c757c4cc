"""Amounts of a unit: 5 km/h, 20°C, 50%, 6'2", 8GB, a 5-km run, 12/kg"""

from __future__ import annotations

import re

from aural.text._reading import Around, Part, Reading, said
from aural.text._spoken_numbers import nth
from aural.text._units import BY, PER, UNIT, unit
from aural.text.spoken_forms._amounts import AMOUNT, PEOPLE, POPULATION, SCALES, amount, is_one

RANK = 14
PATTERN = re.compile(
    rf"""
    (?P<degrees>\d{{1,3}})°\ ?(?P<arc>\d{{1,2}}(?:\.\d{{1,6}})?)'(?:\ ?(?P<arc2>\d{{1,2}}(?:\.\d{{1,6}})?)(?:"|''))?
    |(?P<ft>\d{{1,2}})ft(?P<inch>\d|1[01])(?:in)?(?!\w)
    |(?P<sign>(?:[-+]|[±~][ ]?)(?=[\d.]))?(?P<amount>\d{{1,3}},\d{{1,2}}(?![\d,.])|{AMOUNT.replace(" ", "[ ]")})
    (?P<scale>\s{SCALES})?(?:
        [ ](?P<spoon>[cCtT])\.(?=\s(?!of\b|per\b|and\b|or\b)[a-z]{{3,}})
        |(?P<gap>[ \t]{{0,2}}|-)(?P<unit>{UNIT}(?:/{BY}){{0,2}}|/{BY})(?P<dot>\.?)(?!\.?[\w²³^]|'s|(?<!°[CF])\.?/(?!\d))
        |(?P<feet>')(?:(?:\s?(?P<inches>\d{{1,2}}(?:\.\d)?)(?:"|''|(?!\w))|-(?P<joined>\d{{1,2}})(?:"|''))|(?=[-–]\d{{1,3}}'(?!\w))|(?=\s?(?:[x×]|by\b|tall\b|high\b|long\b|wide\b|deep\b)))
        |(?P<long>"|'')
        |(?P<last>')(?!\w)
    )
    |/(?P<per>{BY})(?!\w)
    |(?P<place>(?:(?<=\d)|(?<=°)|(?<=°\ )|(?<=['"])|(?<=['"]\ ))[NSEW])(?!\w)
    |per\ (?P<by>{PER})(?P<full>\.?)(?!\w)
    |(?P<bare>°C|°F|[kcm]?m[²³]|km/h|m/s²?|mi/h)(?!\w)
    """,
    re.VERBOSE,
)
_SIGNS = {"-": "minus", "+": "plus", "±": "plus or minus", "~": "about"}
# Units that are words or letters of their own: behind a space they need more evidence.
_ALSO_WORDS = frozenset("in A h st sq T t S min mo bar sec J N d pt rad cd AU MP Mt Pa ac".split())
_NEVER_TOUCHING = frozenset("A T S st sq t d N J pt AU F ac cd ha".split())
_SURE_BEHIND = re.compile(r"\s*(?:$|[.,;:!?)\]x×]|\d|(?:long|wide|tall|high|deep|thick|by|per|of|and|or)\b)")
_OF_TIME = re.compile(
    r"\s+(?:at|in|on|until|till|for|from|to|then|before|after|with|without|over|later|ago|more|each|walk|drive)\b"
)
_SPOONS = {"c": ("cup", "cups"), "C": ("cup", "cups"), "t": ("teaspoon", "teaspoons"), "T": ("tablespoon", "tablespoons")}
# Hundredths of a percent, not bits: where they are small and told of a rate.
_RATE = re.compile(r"(?:^|\s)(?:cut|cuts|hike|hikes|rise|increase|reduction|drop|lower|higher|above|below|over|points?)\b")
_HOURS = re.compile(r"\d\s?(?:h|hrs?)\s?$")  # before minutes written as m
_BY = re.compile(r"""["']\s?(?:x|×|by|to|-|–)\s?[\d./ ]*$""")  # before the second of two lengths
_HIGHWAY = re.compile(r"\b(?:I|US|SR|Hwy|Highway|Route)[- ]$")
_PEOPLE = re.compile(rf"\+? (?:more |new )?(?:{PEOPLE})\b")
_FOOT = 12  # inches
_SECONDS = re.compile(r"\s?[0-5]?\d\s?s(?:ecs?)?(?!\w)")  # behind minutes written as m
_PRODUCT = re.compile(r"(?<!\w)[a-z]{1,4}[A-Z][A-Za-z]* $")  # an iPhone 12s
_SIDES = {"N": "North", "S": "South", "E": "East", "W": "West"}
_ROAD = re.compile(r"\b(?:Highway|Hwy|Route|Rte|Rt|Interstate|I|US)[. -]{1,2}$")
_PRINTED = re.compile(r"[ -](?:font|type|text|size|letters|print)\b")
# Things that are counted by the minute or the square kilometer: 60 beats/min, miles/hour.
_COUNTED = re.compile(r"(?:^|\s)(?:\d[\d.,]* [a-z]{3,}|people|[a-z]{3,}s|\d{1,3}[xX])$")
_COUNTS = frozenset("money measure cardinal decimal fraction serial".split())


def read(found: re.Match[str], around: Around) -> Reading | None:
    """Amount and unit, the unit singular for one; feet and inches; "per" behind another amount."""
    end = found.end()
    if found["bare"]:
        return said(end, *unit(found["bare"], one=False)) if around.signed else None
    if found["place"]:
        return said(end, _SIDES[found["place"]]) if around.previous == "measure" or around.left.endswith("°") else None
    if found["arc"]:
        return said(end, *_arc(found))
    if found["by"]:
        end -= bool(found["full"]) and around.closes(end)
        return said(end, *unit(f"/{found['by']}", one=True))
    if found["ft"]:
        return said(end, *_feet(found["ft"], found["inch"], one=found["ft"] == "1"))
    if found["per"]:
        touching = not around.left[-1:].isspace() and (around.previous in _COUNTS or _COUNTED.search(around.left) is not None)
        return said(end, *unit(f"/{found['per']}", one=False)) if touching else None
    if found["sign"] and not around.signed:
        return None
    written = re.sub(r"^(\d{1,3}),(\d{1,2})$", r"\1.\2", found["amount"].strip())  # 1,5 kg
    sign = tuple(_SIGNS[found["sign"].strip()].split()) if found["sign"] else ()
    words = (*sign, *(_rates(written) or amount(written, joined=not found["scale"])), *(found["scale"] or "").split())
    one = (is_one(written) and not found["scale"]) or around.describes(end)
    if found["spoon"]:
        return said(end, *words, _SPOONS[found["spoon"]][0 if one else 1])
    if found["feet"]:
        return said(end, *words, *_feet("", found["inches"] or found["joined"] or "", one, bare=around.describes(end)))
    if found["last"]:
        known = _BY.search(around.left + written) or "," in written
        return said(end, *words, "foot" if one else "feet") if known and not around.left.endswith("'") else None
    if found["long"]:
        by = _BY.search(around.left + written)
        return said(end, *words, "inch" if one else "inches") if by or _is_inches(around, end) else None
    return _with_unit(found, around, words, one)


def _rates(written: str) -> tuple[str, ...]:
    """Two round amounts of a unit that both hold: 50/60 Hz, 110/220 V."""
    pair = re.fullmatch(r"([1-9]\d?0)/([1-9]\d?0)", written)
    return (*amount(pair[1]), *amount(pair[2])) if pair and int(pair[1]) < int(pair[2]) else ()


def _feet(whole: str, inches: str, one: bool, bare: bool = False) -> tuple[str, ...]:
    """Feet with inches behind them; what is too much for inches is seconds (2'30")."""
    several = float(inches or 0)
    names = ("minute", "second") if several >= _FOOT else ("foot", "inch")
    words = (*(amount(whole) if whole else ()), *_counted(names[0], one))
    if not several:
        return words
    return (*words, *amount(inches), *(() if bare else _counted(names[1], inches == "1")))


def _counted(name: str, one: bool) -> tuple[str, ...]:
    return (name if one else {"foot": "feet", "inch": "inches"}.get(name, f"{name}s"),)


def _arc(found: re.Match[str]) -> tuple[str, ...]:
    """Degrees, minutes and seconds of a place: 45°30'15\"."""
    words: tuple[str, ...] = ()
    for part, name in (("degrees", "degree"), ("arc", "minute"), ("arc2", "second")):
        if found[part]:
            words += (*amount(found[part].lstrip("0") or "0"), name if found[part] == "1" else f"{name}s")
    return words


def _with_unit(found: re.Match[str], around: Around, words: tuple[str, ...], one: bool) -> Reading | None:
    name, gap, written = found["unit"], found["gap"], found["amount"]
    if name == "m" and (_PEOPLE.match(around.right(found.end())) or POPULATION.search(around.left)):
        return None  # millions
    if gap == "-" and not _describes(name, found, around):
        return None
    if name in _SIDES and not gap and _HIGHWAY.search(around.left):
        return (Part(found.end("amount"), words), Part(found.end("unit"), (_SIDES[name],)))
    if not gap and (name in _NEVER_TOUCHING or (name == "s" and not _is_seconds(written, around))):
        return None
    short = bool(found["dot"]) and not around.closes(found.end()) and name[-1].isalpha()
    end = found.end() if short else found.end("unit")
    if name in _SIDES and gap and _ROAD.search(around.left):
        return None
    if name == "pt" and _PRINTED.match(around.right(end)):
        return said(end, *words, "point")
    if name == "st" and gap and nth(int(re.sub(r"\D", "", written) or 0)) == "st":
        return None
    joined = gap == "-" and name in ("in", "min", "sec", "mo")
    if name == "bps" and _is_rate(written, around, end):
        return said(end, *words, "basis", "point" if one or _RATE.match(around.right(end)) else "points")
    if name in _ALSO_WORDS and gap and not (short or joined) and not _evident(name, around, end):
        return None
    minutes = name == "m" and (_HOURS.search(around.left) or _SECONDS.match(around.right(end)))
    meant = "min" if minutes else name
    return said(end, *words, *unit(meant, one or gap == "-" or around.describes(end)))


def _is_rate(written: str, around: Around, end: int) -> bool:
    """25 bps cut, up 200 bps; 9600 bps are bits."""
    small = re.fullmatch(r"\d{1,3}(?:\.\d+)?", written) is not None
    return small and bool(_RATE.match(around.right(end)) or around.word_before.lower() in ("by", "up", "down", "rose", "fell"))


def _describes(name: str, found: re.Match[str], around: Around) -> bool:
    """A unit behind a hyphen: 5-km, 5-in., a 100-m dash, a 9-V battery."""
    if name == "in":
        return bool(found["dot"]) or not around.right(found.end("unit")).startswith("-")
    if len(name) == 1:
        return name in "mgWVlL" and re.match(r" [a-z]{3,}", around.right(found.end("unit"))) is not None
    return name[0].isalpha()


def _is_seconds(written: str, around: Around) -> bool:
    """2.5s, 15s, 120s; a digit alone, and what is named by a number, are several of their kind: 4s, 747s, B-52s."""
    if "." in written:
        return True
    return (
        len(written) > 1
        and not _PRODUCT.search(around.left)
        and not around.left.endswith("-")
        and (len(written) == 2 or (len(written) == 3 and written[2] == "0" != written[1]))
    )


def _evident(name: str, around: Around, end: int) -> bool:
    """What follows shows that letters are a unit; a number behind "in" is what something lies in ("3 in 10", "19 in 2020")."""
    right = around.right(end)
    if name == "in" and re.match(r"\s\d", right):
        return around.previous == "measure"
    if name in ("min", "sec", "mo") and _OF_TIME.match(right):
        return True
    return bool(_SURE_BEHIND.match(right)) or around.previous == "measure"


def _is_inches(around: Around, end: int) -> bool:
    """A double mark is a length unless it closes a quotation; an odd number of marks around says that one is a length."""
    if around.left.endswith('"'):
        return False
    before, behind = around.left.count('"'), around.right(around.start).count('"')
    return before % 2 == 0 or (before + behind) % 2 == 1
