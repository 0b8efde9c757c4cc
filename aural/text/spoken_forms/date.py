"""Dates: Jan. 5th, 2020; 25 July 2012; May 5-7; 12/25/2019; 2020-01-05; 3Q22"""

from __future__ import annotations

import re

from aural.text._calendar import DAYS, MONTH, SHORT_DAY, month
from aural.text._number_words import cardinal, ordinal, year
from aural.text._reading import Around, Part, Reading, said

RANK = 10
_YEAR = r"(?:\d{4}|'\d\d)(?!\w|\.\d|,\d{3})"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
PATTERN = re.compile(
    rf"""
    (?P<first>{MONTH})\s(?P<from>{_DAY})(?:st|nd|rd|th)?\s?[-–]\s?(?P<to>{_DAY})(?:st|nd|rd|th)?(?![\w:]|[.,]\d|/|-\d)
    |(?P<from2>{_DAY})(?:st|nd|rd|th)?\s?(?:[-–]|to|and|&)\s?(?P<to2>{_DAY})(?:st|nd|rd|th)?\s(?:of\s)?(?P<first2>{MONTH})(?:(?P<comma6>\s?,\s?|\s)(?P<year6>{_YEAR}))?(?!\w)
    |(?P<month5>{MONTH})-(?P<day5>{_DAY})-(?P<year5>{_YEAR})(?!\w|-)
    |(?P<month>{MONTH})(?:\s{{1,2}}|-)(?P<day>{_DAY})(?P<nth>st|nd|rd|th)?(?![\w:]|\.\d|,\d{{3}}|/|-\d)(?:(?P<comma>\s?,\s?|\s)(?P<year>{_YEAR}))?
    |(?P<day2>{_DAY})(?:st|nd|rd|th)?(?:\s|-|\sof\s)(?P<month2>{MONTH})(?:(?P<comma2>\s?,\s?|[\s-])(?P<year2>{_YEAR}))?(?!\w)
    |(?P<month3>{MONTH})(?P<comma3>,?\s)(?P<year3>{_YEAR})
    |(?P<y>\d{{4}})(?P<sep>[-/.])(?P<m>0?[1-9]|1[0-2])(?P=sep)(?P<d>{_DAY})(?:(?P<stamp>T)(?=\d\d:\d\d)|(?![\w]|[-/.]\d))
    |(?P<a>\d{{1,2}})(?P<sep2>[-/.])(?P<b>\d{{1,2}})(?P=sep2)(?P<y2>\d{{4}}|(?<=/)\d\d)(?![\w]|[-/.]\d)
    |(?P<m4>0?[1-9]|1[0-2])/(?P<y4>(?:19|20)\d\d)(?![\w/]|\.\d)
    |(?P<opens>{MONTH})\s?[-–]\s?(?P<closes>{MONTH})(?:,?\s(?P<y5>{_YEAR}))?(?!\w)
    |(?P<d6>1[3-9]|2\d|3[01])/(?P<m6>0[1-9])(?![\w/]|\.\d)
    |(?P<m3>0?[1-9]|1[0-2])/(?P<d3>{_DAY})(?![\w/]|\.\d)
    |(?-i:(?P<quarter>[1-4]Q|[12]H|Q[1-4]|H[12]))\s?'?(?P<year4>\d{{4}}|\d\d)(?!\w)
    |(?P<more>{_DAY})(?![\w:/-]|[.,]\d)
    """,
    re.VERBOSE | re.IGNORECASE,
)
_ON = re.compile(r"\b(?:on|since|until|till|by|before|after|dated|date|due|from|to|as of|week of|between)[: ]{1,2}$", re.IGNORECASE)
_FRACTION = re.compile(r"(?<!from )(?<![\d/])\d{1,2}/\d{1,2} (?:to|or|and) $")  # 1/2 to 3/4 cup
_OFTEN_UNDER = frozenset((2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 16, 20))  # denominators: 3/16 is rather a fraction, 3/24 a day
# The days behind the first one: Jan. 5, 6 and 7; what is counted behind a comma is none of them (On Jan. 5, 20 people).
_LISTED = re.compile(
    rf"{MONTH}\s(?P<first>{_DAY})(?:(?:, | and | & |, and )(?P<then>{_DAY}))?(?P<gap>, | and | & | or | to | through |, and )$",
    re.IGNORECASE,
)
_NO_THING = re.compile(
    r"$|[.;:!?)]|,? (?:and|or|&) \d|, \d{1,2}(?:,| and)| (?:at|in|from|to|for|of|on|with|is|are|was|were)\b|, (?:\d{4}|[a-z])"
)
_WEEKDAY = re.compile(rf"\b(?:{'|'.join(DAYS)}|{SHORT_DAY}\.?),? $", re.IGNORECASE)
_HALVES = ("first", "second", "third", "fourth")
_CENTURY = 50  # two digits up to here are years of the 2000s


def read(found: re.Match[str], around: Around) -> Reading | None:
    """The kind of date that matched, in its own order of words."""
    if found["first"]:
        return said(found.end(), month(found["first"]), *ordinal(int(found["from"])), "to", *ordinal(int(found["to"])))
    if found["first2"]:
        days = (*ordinal(int(found["from2"])), _joint(found), *ordinal(int(found["to2"])))
        if int(found["from2"]) >= int(found["to2"]) or re.search(r"[\d/.,–-]$", around.left):
            return None
        return _behind(found, 6, Part(found.end("first2"), (*_the(around), *days, "of", month(found["first2"]))))
    if found["more"]:
        return _listed(found, around)
    if found["month5"]:
        words = (month(found["month5"]), *ordinal(int(found["day5"])))
        return said(found.end(), *words, *_year(found["year5"]))
    if found["month"]:
        return None if _is_verb(found, around) else _month_first(found)
    if found["month2"]:
        return _day_first(found, around)
    if found["month3"]:
        return _behind(found, 3, Part(found.end("month3"), (month(found["month3"]),)))
    if found["quarter"]:
        return _quarter(found, around)
    if found["opens"]:
        last = _year(found["y5"]) if found["y5"] else ()
        return said(found.end(), month(found["opens"]), "to", month(found["closes"]), *last) if _are_months(found) else None
    return _in_figures(found, around)


def _are_months(found: re.Match[str]) -> bool:
    """Two months, and not the words "may" and "march"."""
    return found["opens"][:1].isupper() and found["closes"][:1].isupper()


def _is_verb(found: re.Match[str], around: Around) -> bool:
    """ "may" and "march" in small letters before a number that counts."""
    small = found["month"] in ("may", "march", "mar")
    return small and not (found["year"] or found["nth"]) and bool(re.match(r"\s[a-z]", around.right(found.end())))


def _joint(found: re.Match[str]) -> str:
    """What stands between two days of a month."""
    return "and" if re.search(r"and|&", found[0][: found.start("to2") - found.start()]) else "to"


def _listed(found: re.Match[str], around: Around) -> Reading | None:
    """A day behind another one of the same month."""
    left = _LISTED.search(around.left)
    before = left and int(left["then"] or left["first"])
    if not before or before >= int(found["more"]) or not _NO_THING.match(around.right(found.end())):
        return None
    if left and left["gap"] == ", " and not re.match(r",? (?:and|or|&) \d|, \d{1,2}(?:,| and)", around.right(found.end())):
        return None
    return said(found.end(), *ordinal(int(found["more"])))


def _year(written: str) -> tuple[str, ...]:
    """Four digits, or two behind an apostrophe."""
    return year(int(written)) if len(written) == 4 else cardinal(int(written[1:]))


def _month_first(found: re.Match[str]) -> Reading:
    return _behind(
        found,
        "",
        Part(found.end("nth") if found["nth"] else found.end("day"), (month(found["month"]), *ordinal(int(found["day"])))),
    )


def _day_first(found: re.Match[str], around: Around) -> Reading | None:
    if found["day2"] and re.search(r"[\d/.,-]$", around.left):
        return None
    words = (*_the(around), *ordinal(int(found["day2"])), "of", month(found["month2"]))
    return _behind(found, 2, Part(found.end("month2"), words))


def _behind(found: re.Match[str], kind: int | str, first: Part) -> Reading:
    """The year behind day and month, with the comma as a pause of its own."""
    written = found[f"year{kind}"]
    if not written:
        return (first,)
    words = _year(written)
    if "," not in found[f"comma{kind}"]:
        return (Part(found.end(), first.words + words),)
    place = found.start(f"comma{kind}")
    gap = Part(place + found[f"comma{kind}"].index(",") + 1, (), "pause")
    return (first, gap, Part(found.end(), words))


def _in_figures(found: re.Match[str], around: Around) -> Reading | None:
    if re.search(r"[\w][-/.]$", around.left):
        return None
    if found["y"]:
        day, name, said_year = ordinal(int(found["d"])), month(found["m"]), year(int(found["y"]))
        both = len(found["m"]) == len(found["d"]) == 2
        words = (*_the(around), *day, "of", name, *said_year) if both else (name, *day, *said_year)
        return (Part(found.end("d"), words), *([Part(found.end(), (), "pause")] if found["stamp"] else ()))
    if found["m4"]:
        if found["m4"][0] != "0" and not _ON.search(around.left) and around.word_before.lower() != "in":
            return None  # a fraction
        return said(found.end(), month(found["m4"]), *year(int(found["y4"])))
    if found["d6"]:
        return said(found.end(), *_the(around), *ordinal(int(found["d6"])), "of", month(found["m6"]))
    if found["m3"]:
        if _FRACTION.search(around.left):
            return None
        if int(found["d3"]) in _OFTEN_UNDER and not (
            _WEEKDAY.search(around.left) or (_ON.search(around.left) and int(found["m3"]) > 1)
        ):
            return None
        return said(found.end(), month(found["m3"]), *ordinal(int(found["d3"])))
    first, second, value = int(found["a"]), int(found["b"]), int(found["y2"])
    if len(found["y2"]) == 2:
        value += 2000 if value <= _CENTURY else 1900
    if 1 <= first <= 12 and 1 <= second <= 31:
        return said(found.end(), month(str(first)), *ordinal(second), *year(value))
    if 1 <= second <= 12 and 1 <= first <= 31:
        return said(found.end(), *_the(around), *ordinal(first), "of", month(str(second)), *year(value))
    return None


def _quarter(found: re.Match[str], around: Around) -> Reading:
    mark = found["quarter"].upper()
    part = "half" if "H" in mark else "quarter"
    number = int(mark.strip("QH"))
    written = found["year4"]
    words = year(int(written)) if len(written) == 4 else cardinal(int(written))
    return said(found.end(), *_the(around), _HALVES[number - 1], part, "of", *words)


def _the(around: Around) -> tuple[str, ...]:
    return () if around.word_before.lower() == "the" else ("the",)
