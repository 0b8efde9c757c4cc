"""Houses and streets: 1428 Elm St., 708 N 1st St, Santa Clara, CA 95051"""

from __future__ import annotations

import re

from aural.text._number_words import in_pairs, one_by_one
from aural.text._reading import STARTERS, Around, Part, Reading
from aural.text.spoken_forms._names import RULERS
from aural.text.spoken_forms._places import DIRECTIONS, PROVINCES, SHORT_STATES, STATES, STREETS

RANK = 8
_STREET = "|".join(sorted(STREETS, key=len, reverse=True))
_STATE = "|".join(sorted(STATES, key=len, reverse=True))
PATTERN = re.compile(
    rf"(?P<house>\d{{1,5}})(?:(?P<gap>\s)(?P<toward>{'|'.join(DIRECTIONS)})\.?)?(?=(?:\s(?:[A-Z][\w']{{0,20}}\.?|\d{{1,3}}(?:st|nd|rd|th))){{1,4}}\s(?:{_STREET}|(?:Street|Avenue|Road|Drive|Lane|"
    rf"Boulevard|Highway|Court|Place|Square|Parkway|Way|Circle|Terrace))\b|\s(?:(?:State|County|US|U\.S\.)\s)?(?:Route|Road|Highway|Rte|Rd|Hwy)\.?\s\d)"
    rf"|(?P<side>{'|'.join(DIRECTIONS)})(?P<point>\.?)(?=\s(?:[A-Z]\w|\d{{1,3}}(?:st|nd|rd|th)))"
    rf"|(?:(?<=,\s)|(?<=[(,\s][DRI][-–]))(?P<short>{'|'.join(re.escape(s) for s in SHORT_STATES)})"
    rf"\.(?P<code>\s{{1,2}}\d{{5}}(?:-\d{{4}})?(?!\w))?(?!\w)"
    rf"|(?P<state>{_STATE})(?P<zip>,?\s{{1,2}}\d{{5}}(?:-\d{{4}})?)?(?!\w)"
    rf"|(?P<province>{'|'.join(PROVINCES)})(?:(?=,?\s{{1,2}}[A-Z]\d[A-Z]\s?\d[A-Z]\d(?!\w))|(?P<place>(?!\w)))"
    r"|(?P<quarter>[NS][EW]|[NSEW](?![\w'.&-]))(?!\w)"
    rf"|(?P<street>{_STREET})(?P<point2>\.?)(?!\w)",
    re.IGNORECASE,
)
# A side of the sky before the name of a street, and behind the number of a road.
_RANKED = re.compile(r" \d{1,3}(?:st|nd|rd|th)(?! [a-z]{3,})")
_STREET_BEHIND = re.compile(
    rf"(?:\s(?:[A-Z][\w']*|\d{{1,3}}(?:st|nd|rd|th))){{1,3}}\s(?:(?:{_STREET})\b|(?:Street|Avenue|Road|Drive|Lane|Boulevard)\b)",
    re.IGNORECASE,
)
# Behind the whole name of a person MD and MA are degrees: John Smith, MD.
_DOCTOR = re.compile(
    rf"(?:\b(?i:Dr\.?|Doctor|PhD,|Ph\.D\.,|by)\s(?:[A-Z][\w.']*\s){{0,2}}[A-Z][\w']*|(?<![\w-])(?i:{'|'.join(sorted(RULERS))})\s(?:[A-Z]\.\s)?[A-Z][\w']+),\s$"
)
# Before these a name is called, no place told: Thanks, Pa.
_SPOKEN_TO = frozenset(
    "thanks sorry please hello hi hey oh well okay ok good come look listen wait sure dear aye ah goodbye bye morning "
    "evening yes yeah yep no nope right fine great alright so now anyway hmm um uh er".split()
)
_CITY = re.compile(r"(?<!\w)[A-Z][a-z][\w.']*, $")
_PARTY = re.compile(r"(?<!\w)[DRI][-–]$")  # behind a politician: (D-N.Y.), R-Ariz.
_ROAD_BEFORE = re.compile(r"\b(?:Highway|Hwy|Route|Rte|Rt|Interstate|I|US)[. -]{1,2}\d{1,4}\s$")


def read(found: re.Match[str], around: Around) -> Reading | None:
    """House numbers in pairs, sides of the sky, kinds of street and states in full, codes digit by digit."""
    end = found.end()
    if found["house"]:
        house = found["house"]
        first = Part(found.end("house"), one_by_one(house) if re.fullmatch(r"\d0[1-9]", house) else in_pairs(house))
        side = found["toward"]
        return (first, Part(found.end("gap"), (), "space"), Part(end, (DIRECTIONS[side.upper()],))) if side else (first,)
    if found["short"]:
        return _short_state(found, around)
    if found["province"]:
        place = found["place"] is None or _CITY.search(around.left)
        known = found["province"].isupper() and place and not around.shouted(end)
        return (Part(end, tuple(PROVINCES[found["province"]].split())),) if known else None
    if found["quarter"]:
        return _quarter(found["quarter"], end, around)
    if found["side"]:
        behind_house = re.search(r"\d[A-Z]?\s$", around.left) and around.previous in ("address", "cardinal")
        before_street = (
            len(found["side"]) < 3
            and (_STREET_BEHIND.match(around.right(found.end())) or _RANKED.match(around.right(found.end())))
            and not around.left[-1:].isalnum()
        )
        if not found["side"].isupper() or not (behind_house or before_street):
            return _quarter(found["side"], found.end("side"), around)
        return (Part(end, (DIRECTIONS[found["side"]],)),)
    if found["state"]:
        return _state(found, around) or _street(found["state"], end, around) or _quarter(found["state"], end, around)
    return _street(found["street"], end, around)


def _street(written: str, end: int, around: Around) -> Reading | None:
    """A short street behind a house number's street; elsewhere the abbreviation's own page decides."""
    nearby = around.left[-60:]
    if not re.search(
        rf"(?<![\w.,])\d{{1,5}}[A-Z]?(?:\s(?:{'|'.join(DIRECTIONS)})\.?)?(?:\s(?:[A-Z][\w']*\.?|\d{{1,3}}(?:st|nd|rd|th))){{1,4}}\s$",
        nearby,
    ):
        return None
    if around.text[end - 1] == "." and around.closes(end):
        end -= 1
    return (Part(end, (STREETS[written.lower()],)),) if written.lower() in STREETS else None


def _quarter(written: str, end: int, around: Around) -> Reading | None:
    """NW and the like behind a street."""
    behind_street = around.previous == "address" and around.left[-1:] == " " and not around.previous_written.isdecimal()
    known = behind_street or _ROAD_BEFORE.search(around.left)
    return (Part(end, (DIRECTIONS[written],)),) if known and written in DIRECTIONS else None


def _short_state(found: re.Match[str], around: Around) -> Reading | None:
    """Chicago, Ill. and New York, N.Y. 10118, behind the name of a place."""
    written = found["short"]
    place = re.search(r"([A-Z][\w.']*),\s{1,2}$", around.left)
    known = _PARTY.search(around.left) or (place and place[1].lower() not in STARTERS | _SPOKEN_TO)
    if written not in SHORT_STATES or not known:
        return None
    end = found.end("short") + 1
    name = Part(end - (1 if around.closes(end) else 0), tuple(SHORT_STATES[written].split()))
    if not found["code"]:
        return (name,)
    digits = re.findall(r"\d+", found["code"])
    return (Part(end, name.words), Part(found.end(), tuple(w for group in digits for w in one_by_one(group))))


def _state(found: re.Match[str], around: Around) -> Reading | None:
    """A state behind a comma and a name, or before a postal code."""
    if _DOCTOR.search(around.left) and found["state"] in ("MD", "MA") and not found["zip"]:
        return None
    if not found["state"].isupper() or (not found["zip"] and around.shouted(found.end())):
        return None
    if re.search(r"\((?:D|R|I)[-–]$", around.left) and around.right(found.end()).startswith(")"):
        return (Part(found.end(), tuple(STATES[found["state"]].split())),)
    place = re.search(r"([A-Z][\w.']*),\s{1,2}$", around.left)
    if not re.search(r"[A-Za-z.],?\s{1,2}$", around.left) or not (found["zip"] or (place and place[1].lower() not in _SPOKEN_TO)):
        return None
    name = tuple(STATES[found["state"]].split())
    first = Part(found.end("state"), name)
    if not found["zip"]:
        return (first,)
    digits = re.findall(r"\d+", found["zip"])
    comma = (Part(found.end("state") + 1, (), "pause"),) if found["zip"].startswith(",") else ()
    return (first, *comma, Part(found.end(), tuple(w for group in digits for w in one_by_one(group))))
