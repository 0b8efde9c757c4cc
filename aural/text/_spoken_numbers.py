"""Numbers in running English text as digits, whether they were written out or not."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

UNITS = "one two three four five six seven eight nine".split()
TEENS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
NTH_UNITS = "first second third fourth fifth sixth seventh eighth ninth".split()
NTH_TEENS = "tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth".split()
SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12, "quadrillion": 10**15, "quintillion": 10**18}

CARDINALS = {
    **{w: i for i, w in enumerate(UNITS, 1)},
    **{w: i for i, w in enumerate(TEENS, 10)},
    **{w: i for i, w in zip(range(20, 100, 10), TENS, strict=True)},
    "fourty": 40,
    "zero": 0,
}
ORDINALS = {
    **{w: i for i, w in enumerate(NTH_UNITS, 1)},
    **{w: i for i, w in enumerate(NTH_TEENS, 10)},
    **{w[:-1] + "ieth": i for i, w in zip(range(20, 100, 10), TENS, strict=True)},
}
DECADES = {w[:-1] + "ies": i for i, w in zip(range(20, 100, 10), TENS, strict=True)}
NTH_SCALES = {"hundredth": 100, **{w + "th": s for w, s in SCALES.items()}}
OH = ("oh", "o")
MONTHS = tuple("january february march april may june july august september october november december".split())
_PLAIN = re.compile(r"\d+(\.\d+)?")


@dataclass
class Number:
    """One number while it is read: `text` is what is written for it, `short` = below 100 without a scale word."""

    text: str = ""
    short: bool = False
    final: bool = False


@dataclass
class _Group:
    """A cardinal while its words come in: finished scales in `total`, what stands before the next one in `part`."""

    total: Decimal = field(default_factory=Decimal)
    part: Decimal | None = None
    last: str = "start"
    scale: Decimal = Decimal(10**21)

    @property
    def value(self) -> Decimal:
        return self.total + (self.part or 0)

    def takes(self, value: int) -> bool:
        """Add a number word below 100 when it fits behind what was said ("twenty" + "one", not "one" + "twenty")."""
        size = "unit" if value < 10 else "ten" if value % 10 == 0 and value >= 20 else "teen"
        fits = self.last in ("start", "hundred", "scale") or (self.last == "ten" and size == "unit")
        if not fits or (value == 0 and self.last != "start"):
            return False
        self.part, self.last = (self.part or Decimal(0)) + value, "zero" if value == 0 else size
        return True

    def multiplies(self, by: int) -> bool:
        """Multiply by hundred, thousand ... when that fits."""
        if by == 100:
            if self.last not in ("start", "unit", "ten", "teen", "scale") or (self.last == "scale" and self.part is None):
                return False
            self.part, self.last = (1 if self.part is None else self.part) * Decimal(100), "hundred"
            return True
        if by >= self.scale or (self.last == "scale" and self.part is None) or self.last == "zero":
            return False
        self.total += (1 if self.part is None else self.part) * Decimal(by)
        self.part, self.last, self.scale = None, "scale", Decimal(by)
        return True


def digits(words: Sequence[str]) -> list[str]:
    """Lower-case words with every number as digits: cardinals, ordinals, decades, decimals, years, digit by digit.

    Neighboring numbers below 100 are one number, as years, times and telephone numbers are said:
    "nineteen eighty four" -> 1984, "three thirty" -> 330, "one two three" -> 123; so are "3 30" and "1 2 3".
    """
    out: list[str] = []
    i, joins = 0, False
    while i < len(words):
        if joins and words[i] in OH and _starts(words, i + 1) and not _ordinal_at(words, i + 1):
            out[-1] += "0"
            i += 1
            continue
        number, after = number_at(words, i, bool(out) and out[-1] == "half")
        if number is None:
            out.append(words[i])
            i, joins = i + 1, False
            continue
        if joins and number.short and not number.final:
            out[-1] += number.text
        else:
            out.append(number.text)
        if len(out) > 1 and out[-2] in MONTHS:
            # "July 22" is written for "July twenty second" too
            out[-1] = re.sub(r"(?<=\d)(st|nd|rd|th)$", "", out[-1])
        i, joins = after, number.short and not number.final
    return out


def nth(value: int) -> str:
    """The ending of an ordinal: st, nd, rd, th."""
    if value % 100 in (11, 12, 13):
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(value % 10, "th")


def number_at(words: Sequence[str], i: int, after_half: bool = False) -> tuple[Number | None, int]:
    """The number that starts at word i and the place behind it; None when no number starts there."""
    begin = i
    if words[i] in ("a", "an") and i + 1 < len(words) and (words[i + 1] == "hundred" or words[i + 1] in SCALES) and not after_half:
        i += 1
    literal = _literal(words[i])
    if literal is not None:
        return literal, i + 1
    group = _Group()
    first = i
    while i < len(words):
        word = words[i]
        if word == "and":
            if group.last not in ("hundred", "scale") or not _small(words, i + 1):
                break
            i += 1
            continue
        ending = _ordinal(word, group)
        if ending is not None:
            return Number(f"{_plain(group.value)}{ending}", final=True), i + 1
        if _belongs_to_next(words, i, group) or not _cardinal(word, group):
            break
        i += 1
    if i == first:
        return None, begin
    return _tail(words, i, group)


def _belongs_to_next(words: Sequence[str], i: int, group: _Group) -> bool:
    """True when the number word at i opens a new number: the "five" of "two hundred five hundred"."""
    after = words[i + 1] if i + 1 < len(words) else ""
    if group.last == "hundred":
        return after == "hundred"
    return group.last == "scale" and SCALES.get(after, 0) >= group.scale


def _cardinal(word: str, group: _Group) -> bool:
    if word in CARDINALS:
        return group.takes(CARDINALS[word])
    if word == "hundred":
        return group.multiplies(100)
    if word in SCALES:
        return group.multiplies(SCALES[word])
    if _PLAIN.fullmatch(word) is None:
        return False
    value = Decimal(word)
    if value < 100 and "." not in word and not (len(word) > 1 and word[0] == "0"):
        return group.takes(int(value))
    if group.last != "start":
        return False
    group.part, group.last = value, "digits"
    return True


def _ordinal(word: str, group: _Group) -> str | None:
    """The ending with which an ordinal (or decade) closes the group, or None when `word` is none or does not fit."""
    if word in DECADES:
        # "nineteen twenties" is a year of hundreds, not a sum
        if group.last == "teen" and group.total == 0:
            group.part = (group.part or Decimal(0)) * 100 + DECADES[word]
            return "s"
        return "s" if group.takes(DECADES[word]) else None
    many = "s" if word.endswith("s") and word[:-1] in ORDINALS | NTH_SCALES else ""
    word = word[:-1] if many else word
    if word in ORDINALS:
        if many and group.last != "start":
            return None
        value = ORDINALS[word]
        return nth(value) + many if group.takes(value) else None
    if word in NTH_SCALES:
        if group.last == "start":
            return None
        return "th" + many if group.multiplies(NTH_SCALES[word]) else None
    return None


def _tail(words: Sequence[str], i: int, group: _Group) -> tuple[Number, int]:
    """What may follow a cardinal: "point one four", "and a half", and a scale after those."""
    value, short = group.value, group.total == 0 and group.last in ("unit", "ten", "teen", "zero")
    if i + 1 < len(words) and words[i] == "point":
        places, after = places_at(words, i + 1)
        if places:
            value, i, short = Decimal(f"{_plain(value)}.{places}"), after, False
            return _scaled(words, i, value, short)
    if tuple(words[i : i + 3]) == ("and", "a", "half"):
        return _scaled(words, i + 3, value + Decimal("0.5"), False)
    if group.last == "digits":
        return _scaled(words, i, value, short)
    return Number(_plain(value), short), i


def _scaled(words: Sequence[str], i: int, value: Decimal, short: bool) -> tuple[Number, int]:
    if i < len(words) and words[i] in SCALES:
        return Number(_plain(value * SCALES[words[i]])), i + 1
    if i < len(words) and words[i] == "hundred":
        return Number(_plain(value * 100)), i + 1
    return Number(_plain(value), short), i


def places_at(words: Sequence[str], i: int) -> tuple[str, int]:
    """Digits behind the point, said one by one or as a number below 100."""
    places = ""
    while i < len(words):
        word = words[i]
        if word in OH:
            places += "0"
        elif word in CARDINALS:
            value = CARDINALS[word]
            if value >= 20 and i + 1 < len(words) and 0 < CARDINALS.get(words[i + 1], 0) < 10:
                value, i = value + CARDINALS[words[i + 1]], i + 1
            places += str(value)
        elif word.isdecimal() and word.isascii():
            places += word
        else:
            break
        i += 1
    return places, i


def _literal(word: str) -> Number | None:
    """Digits that are no plain count: 007, 05, 21st, 1980s."""
    if re.fullmatch(r"\d+(st|nd|rd|th|s)s?", word):
        return Number(word, final=True)
    if re.fullmatch(r"0\d+", word):
        return Number(word, short=len(word) <= 2)
    return None


def _starts(words: Sequence[str], i: int) -> bool:
    return i < len(words) and (words[i] in CARDINALS or (words[i].isdecimal() and words[i].isascii()))


def _ordinal_at(words: Sequence[str], i: int) -> bool:
    return words[i] in ORDINALS


def _small(words: Sequence[str], i: int) -> bool:
    """A number below 100 (or its ordinal) stands at i: what may follow "hundred and"."""
    if i >= len(words):
        return False
    word = words[i]
    return CARDINALS.get(word, 0) > 0 or word in ORDINALS or (word.isdecimal() and word.isascii() and 0 < int(word) < 100)


def _plain(value: Decimal) -> str:
    """Digits without exponent and without zeros behind the point."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
