"""Amounts as pages find and say them: whole numbers with or without commas, decimals, fractions, scale words."""

from __future__ import annotations

import re

from aural.text._number_words import cardinal, one_by_one, ordinal, plural

NUMBER = r"(?:\d{1,3}(?:,\d{3}){1,12}(?!\d)|\d{1,2}(?:,\d\d){1,5},\d{3}(?![\d,])|\d{1,3}(?:'\d{3}){1,6}(?![\d'])|\d{1,24}(?!\d))"
POINTED = rf"(?:{NUMBER})?\.\d{{1,24}}(?!\d)"
DECIMAL = rf"(?:{NUMBER}(?:\.\d{{1,24}}(?!\d))?|\.\d{{1,24}}(?!\d))"
VULGAR = "¼½¾⅐⅑⅒⅓⅔⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞↉"
# A whole number and a fraction, a fraction, or a decimal.
AMOUNT = (
    rf"(?:\d{{1,9}} \d{{1,4}}/\d{{1,6}}(?![\d/])|\d{{1,3}}-\d{{1,2}}/\d{{1,2}}(?![\d/])|"
    rf"\d{{1,6}}/\d{{1,6}}(?![\d/])|\d{{0,9}} ?[{VULGAR}]|{DECIMAL})"
)
# What is counted by the million, so that "m" behind its number is no length.
PEOPLE = "|".join(
    (
        "people users views viewers followers subscribers customers downloads jobs visitors copies voters votes workers residents "
        "members players streams tweets likes clicks refugees tourists passengers students barrels euros dollars pounds readers "
        "listeners patients accounts records transactions parameters"
    ).split()
)
POPULATION = re.compile(r"\bpop(?:ulation|\.):?(?: of| is| was)? $", re.IGNORECASE)  # what stands before millions of people
SCALES = r"(?:hundred|thousand|million|billion|trillion|quadrillion)"
SHORT_SCALES = {
    "k": "thousand", "K": "thousand", "m": "million", "M": "million", "mn": "million", "mln": "million",
    "B": "billion", "bn": "billion", "bln": "billion",
}  # fmt: skip
# What is dialed or typed is said digit by digit: call 911 or 311, text GO to 12345, order no. 12345, the PIN is 1234.
_NAMES_DIGITS = re.compile(
    r"\b(?:(?:call|dial|text|phone|fax|tel|ext|extension|pin|code|zip|password|passcode|ssn|account|isbn|otp)\.?:?\s{1,2}"
    r"|(?:call|dial|text) [\d-]{3,12},? (?:or|and) |text (?:[A-Z]{2,12}|\"[A-Za-z]{1,12}\") to "
    r"|\b(?:card|account|acct\.?|visa|mastercard|amex|number) (?:ending|ends) (?:in|with) "
    r"|\b(?:a/c|vat|po|batch) ?(?:#|number |no\.:? ?)"
    r"|(?:pin|code|part|item|model|password|passcode|zip|extension|account|order|confirmation|reference|tracking|invoice|ticket|case|serial|"
    r"policy|badge|passport|licen[cs]e|booking|routing|member(?:ship)?|id|"
    r"acct\.?|otp|sku)(?: (?:number|no\.|code|id|pin))?(?:,? is|:| ?#| number"
    r"| no\.| id) ?)$",
    re.IGNORECASE,
)
_NAMED = 12  # a larger denominator under a still larger number is "over": 120/80
_MIXED = re.compile(rf"(?:(\d+)[ -])?(\d+)/(\d+)|(\d*) ?([{VULGAR}])")
_VULGAR = {
    "¼": (1, 4), "½": (1, 2), "¾": (3, 4), "⅐": (1, 7), "⅑": (1, 9), "⅒": (1, 10), "⅓": (1, 3), "⅔": (2, 3), "⅕": (1, 5),
    "⅖": (2, 5), "⅗": (3, 5), "⅘": (4, 5), "⅙": (1, 6), "⅚": (5, 6), "⅛": (1, 8), "⅜": (3, 8), "⅝": (5, 8), "⅞": (7, 8),
    "↉": (0, 3),
}  # fmt: skip


def amount(written: str, joined: bool = True) -> tuple[str, ...]:
    """The words of what AMOUNT or DECIMAL matched."""
    mixed = _MIXED.fullmatch(written)
    if mixed:
        whole = mixed[1] or mixed[4]
        over, under = _VULGAR[mixed[5]] if mixed[5] else (int(mixed[2]), int(mixed[3]))
        return with_fraction(int(whole) if whole else None, over, under)
    number, _, places = written.replace(",", "").replace("'", "").partition(".")
    behind = ("point", *one_by_one(places)) if places else ()
    if len(number) > 1 and number.startswith("0"):
        return one_by_one(number) + behind
    return (cardinal(int(number), joined) if number else ()) + behind


def names_digits(left: str) -> bool:
    """True when the word before a number says that it is dialed or typed."""
    return _NAMES_DIGITS.search(left[-40:]) is not None


def with_fraction(whole: int | None, over: int, under: int) -> tuple[str, ...]:
    """A fraction, alone or behind a whole number: (2, 1, 2) -> two and a half; (None, 3, 4) -> three quarters."""
    if not whole and over > under > _NAMED:
        return (*cardinal(over), "over", *cardinal(under))
    if whole and (over, under) == (1, 2):
        return (*cardinal(whole, joined=False), "and", "a", "half")
    words = (*cardinal(over, joined=False), *_parts(under, over == 1))
    return (*cardinal(whole, joined=False), "and", *words) if whole else words


def is_one(written: str) -> bool:
    """True when a unit behind the amount is singular: 1, and any fraction of one."""
    mixed = _MIXED.fullmatch(written)
    over = mixed is not None and mixed[2] is not None and int(mixed[2]) > int(mixed[3])
    return written == "1" or bool(mixed and not (mixed[1] or mixed[4]) and not over)


def _parts(under: int, one: bool) -> tuple[str, ...]:
    if under < 2:
        return ("over", *cardinal(under))
    *words, last = {2: ("half",), 4: ("quarter",)}.get(under) or ordinal(under)
    if one:
        return (*words, last)
    return (*words, "halves" if last == "half" else plural(last))
