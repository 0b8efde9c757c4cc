"""Numbers as English words: counts, ordinals, years, decades, and digits one by one or in pairs.

Words come as tuples without hyphens. "and" stands before the last two digits ("one hundred and five") unless
`joined` is False; ordinals and years go without it.
"""

from __future__ import annotations

from aural.text._spoken_numbers import NTH_TEENS, NTH_UNITS, SCALES, TEENS, TENS, UNITS

_BELOW_TWENTY = ("zero", *UNITS, *TEENS)
_NTH = dict(zip((*UNITS, *TEENS), (*NTH_UNITS, *NTH_TEENS), strict=True))
_DOWN = sorted(SCALES.items(), key=lambda pair: -pair[1])
TOO_LARGE = 10**21  # behind the quintillions digits are said one by one


def cardinal(value: int, joined: bool = True) -> tuple[str, ...]:
    """A count: 105 -> one hundred and five. Below zero it begins with "minus"."""
    if value < 0:
        return ("minus", *cardinal(-value, joined))
    if value >= TOO_LARGE:
        return one_by_one(str(value))
    words: list[str] = []
    rest = value
    for name, size in _DOWN:
        count, rest = divmod(rest, size)
        if count:
            words += [*_below_thousand(count), name]
    hundreds, last = divmod(rest, 100)
    if hundreds:
        words += [_BELOW_TWENTY[hundreds], "hundred"]
    if last:
        words += [*(["and"] if words and joined else []), *_below_hundred(last)]
    return tuple(words) or ("zero",)


def ordinal(value: int) -> tuple[str, ...]:
    """A rank: 21 -> twenty first; 100 -> one hundredth."""
    *words, last = cardinal(value, joined=False)
    if last == "zero":
        return (*words, "zeroth")
    if last in _NTH:
        return (*words, _NTH[last])
    return (*words, f"{last[:-1]}ieth" if last.endswith("y") else f"{last}th")


def year(value: int) -> tuple[str, ...]:
    """A year as it is said: 1905 -> nineteen oh five, 2005 -> two thousand five, 2012 -> twenty twelve."""
    hundreds, last = divmod(value, 100)
    if not 1010 <= value <= 2999 or (value % 1000) < 10:
        return cardinal(value, joined=not 1000 <= value <= 2999)
    if last == 0:
        return (*_below_hundred(hundreds), "hundred")
    if last < 10:
        return (*_below_hundred(hundreds), "oh", *_below_hundred(last))
    return (*_below_hundred(hundreds), *_below_hundred(last))


def decade(value: int) -> tuple[str, ...]:
    """The years from `value` on: 1980 -> nineteen eighties, 90 -> nineties, 2000 -> two thousands."""
    *words, last = year(value) if value >= 100 else cardinal(value)
    return (*words, plural(last))


def one_by_one(digits: str, zero: str = "zero") -> tuple[str, ...]:
    """Each digit apart: 504 -> five zero four."""
    return tuple(zero if d == "0" else _BELOW_TWENTY[int(d)] for d in digits)


def in_pairs(digits: str) -> tuple[str, ...]:
    """Digits as names of houses, models and forms are said: 1428 -> fourteen twenty eight, 401 -> four oh one."""
    if len(digits) > 4 or digits.startswith("0"):
        return one_by_one(digits)
    if len(digits) < 3 or int(digits) % (1000 if len(digits) == 4 else 100) == 0:
        return cardinal(int(digits))
    head, tail = digits[:-2], int(digits[-2:])
    behind = ("hundred",) if tail == 0 else ("oh", *_below_hundred(tail)) if tail < 10 else _below_hundred(tail)
    return (*cardinal(int(head)), *behind)


def plural(word: str) -> str:
    """The word for several: foot -> feet is the caller's; here the rule (sixty -> sixties, inch -> inches, six -> sixes)."""
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return f"{word[:-1]}ies"
    return f"{word}es" if word.endswith(("s", "x", "ch", "sh")) else f"{word}s"


def _below_thousand(value: int) -> list[str]:
    hundreds, last = divmod(value, 100)
    return [*([_BELOW_TWENTY[hundreds], "hundred"] if hundreds else []), *(_below_hundred(last) if last else [])]


def _below_hundred(value: int) -> tuple[str, ...]:
    if value < 20:
        return (_BELOW_TWENTY[value],)
    tens, ones = divmod(value, 10)
    return (TENS[tens - 2], UNITS[ones - 1]) if ones else (TENS[tens - 2],)
