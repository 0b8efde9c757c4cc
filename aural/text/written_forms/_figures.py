"""Numbers in a clause as figures: counts, decimals, years, digits and pairs."""

from __future__ import annotations

from aural.text._clause import Clause
from aural.text._spoken_numbers import CARDINALS, OH, SCALES, number_at, places_at

LONGEST = 40  # words of one number
LARGE = 10**6  # from a million on the name of the scale stays: 5.2 million


def count(clause: Clause, i: int) -> tuple[str, int] | None:
    """Figures of a whole number and the place behind it: two hundred and five -> 205."""
    if not _begins(clause, i):
        return None
    number, size = number_at(_before_point(clause, i), 0)
    return (number.text, i + size) if number and number.text.isdecimal() else None


def decimal(clause: Clause, i: int) -> tuple[str, int] | None:
    """Figures of a number with a point: eight point five o -> 8.50, point five -> .5."""
    whole, end = count(clause, i) or ("", i)
    if clause.at(end) != "point":
        return None
    places, size = places_at(clause.words[end + 1 : end + 1 + LONGEST], 0)
    return (f"{whole}.{places}", end + 1 + size) if places else None


def scaled(clause: Clause, i: int) -> tuple[str, int] | None:
    """A decimal or whole number with its scale as a word: five point two million -> 5.2 million."""
    found = decimal(clause, i)
    if found and SCALES.get(clause.at(found[1]), 0) >= LARGE:
        return f"{found[0]} {clause.told[found[1]]}", found[1] + 1
    if found:
        return None
    found = count(clause, i)
    size = SCALES.get(clause.at(found[1] - 1), 0) if found else 0
    if not found or size < LARGE or int(found[0]) % size or found[1] - i < 2:
        return None
    return f"{int(found[0]) // size} {clause.told[found[1] - 1]}", found[1]


def amount(clause: Clause, i: int) -> tuple[str, int] | None:
    """Any of the three, and pairs (one fifty five -> 155)."""
    return scaled(clause, i) or decimal(clause, i) or pair(clause, i) or count(clause, i)


def pair(clause: Clause, i: int) -> tuple[str, int] | None:
    """A digit and a number of two digits: one fifty five -> 155, two oh five -> 205."""
    first = CARDINALS.get(clause.at(i), 0)
    behind = below_hundred(clause, i + 1, oh=True)
    return (f"{first}{behind[0]:02}", behind[1]) if 0 < first < 10 and behind else None


def year(clause: Clause, i: int) -> tuple[str, int] | None:
    """Four figures said in pairs, or as a count between 1000 and 2999: nineteen oh five, two thousand twelve."""
    first = below_hundred(clause, i)
    behind = below_hundred(clause, first[1], oh=True) if first and 10 <= first[0] <= 29 else None
    if first and behind:
        return f"{first[0]}{behind[0]:02}", behind[1]
    found = count(clause, i)
    return found if found and len(found[0]) == 4 and found[0][0] in "12" and found[1] - i > 1 else None


def below_hundred(clause: Clause, i: int, oh: bool = False) -> tuple[int, int] | None:
    """A number of two digits (10 to 99) and the place behind it; with `oh` also "oh five"."""
    word = clause.at(i)
    if oh and word in OH and 0 < CARDINALS.get(clause.at(i + 1), 0) < 10:
        return CARDINALS[clause.at(i + 1)], i + 2
    value = CARDINALS.get(word, 0)
    if value < 10:
        return None
    unit = CARDINALS.get(clause.at(i + 1), 0)
    if value >= 20 and 0 < unit < 10:
        return value + unit, i + 2
    return value, i + 1


def digits(clause: Clause, i: int) -> tuple[str, int]:
    """Digits said one by one from i on, with "double five" and "triple nine"; "" when there is none."""
    found = ""
    while len(found) < LONGEST:
        times = {"double": 2, "triple": 3}.get(clause.at(i), 1)
        word = clause.at(i + (times > 1))
        digit = 0 if word in OH and (found or times > 1 or _digit(clause.at(i + 1))) else CARDINALS.get(word, -1)
        if not 0 <= digit < 10:
            return found, i
        found += str(digit) * times
        i += 1 + (times > 1)
    return found, i


def _digit(word: str) -> bool:
    return 0 <= CARDINALS.get(word, -1) < 10


def _begins(clause: Clause, i: int) -> bool:
    """True when a number said in words begins here; what is in figures already stays as it is."""
    word = clause.at(i)
    return word in CARDINALS or (word == "a" and clause.at(i + 1) in ("hundred", *SCALES) and clause.at(i - 1) != "half")


def _before_point(clause: Clause, i: int) -> list[str]:
    """The words up to the next "point", and without "and a half"."""
    words = list(clause.words[i : i + LONGEST])
    for k, word in enumerate(words):
        if word == "point" or words[k : k + 3] == ["and", "a", "half"]:
            return words[:k]
    return words


# Words that no number counts: behind one of them a number stands for itself.
_ENDS = frozenset(
    "for the each in at to is was were on or but of so it i he she we they you that if as plus today tonight tomorrow "
    "yesterday now please this when because until till by with from sharp every est pst cst mst gmt utc g e c monday tuesday "
    "wednesday thursday friday saturday sunday then there here".split()
)
# Things that have numbers: "room two thirty" is no time.
_NUMBERED = frozenset(
    "room number channel flight chapter page highway route bus line gate section unit apartment suite track lane box "
    "interstate article verse psalm hymn model version area code building house street avenue".split()
)


def ends_count(clause: Clause, i: int) -> bool:
    """True when nothing that a number could count stands at i."""
    return i >= len(clause.words) or clause.at(i) in _ENDS


def names_number(clause: Clause, i: int) -> bool:
    """True when the word before i, or a number there, makes what stands at i a name or a part of it."""
    return clause.at(i - 1) in _NUMBERED or clause.at(i - 1) in (
        *CARDINALS,
        *OH,
        "point",
        "hundred",
        "thousand",
        "dot",
        "double",
        "triple",
    )
