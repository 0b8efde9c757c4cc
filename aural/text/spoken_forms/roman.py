"""Roman numerals: Henry VIII, World War II, Chapter IV, Louis XIV's"""

from __future__ import annotations

import itertools
import re

from aural.text._number_words import cardinal, ordinal, year
from aural.text._reading import STARTERS, Around, Reading, said
from aural.text._spoken_numbers import nth
from aural.text.spoken_forms._names import GIVEN, RULERS

RANK = 21
PATTERN = re.compile(
    r"(?=[IVXLCDM])(M{0,3}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3}))('s)?(th|st|nd|rd)?(?!\w|'\w|-(?![IVX]{1,5}\b|[a-z]{3,})\w|(?<=[IVXLCDM])(?<![IVXLCDM]{2})-[a-z]|\.\w)|([ivx]{2,5})(?!\w|['.]\w|-(?![ivx]{1,5}\b)\w)|(?<=\()(i)(?=\))"
)
_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}
# Numbered things: the number is a count behind them.
_COUNTED = frozenset(
    "part chapter book volume vol act scene section sec article art appendix canto psalm title phase type class grade level "
    "stage step war wars bowl episode season round figure fig table plate exhibit annex schedule group division region zone "
    "category mark mk tier sonata symphony no number opus rocky final fantasy quest olympics olympiad apollo vatican gemini saturn "
    "titan corps legion lesson unit paragraph clause amendment form page verse generation model version world schedule rule "
    "protocol trilogy os iphone ww p pp page pages vol vols chapters parts volumes books sections acts".split()
)
_ALSO_LETTERS = frozenset(
    {
        "CD",
        "MD",
        "DC",
        "MC",
        "CC",
        "DM",
        "CM",
        "MM",
        "DI",
        "MI",
        "CV",
        "LCD",
        "XL",
        "XXL",
        "LL",
        "MIX",
        "DIM",
        "MIL",
        "CIV",
        "DIV",
        "CI",
        "DL",
        "ML",
    }
)
# The letters of a hospital: an IV drip.
_DRIP = re.compile(r" (?:drip|lines?|fluids?|bags?|antibiotics|needles?|poles?|access|injections?|infusions?|drugs?|push)\b")
_CROWNS = frozenset("king queen emperor empress tsar czar pope prince kaiser sultan shah".split())
_CENTURY = re.compile(r"(?:\s|-)centur(?:y|ies)\b", re.IGNORECASE)
_VERBS = re.compile(
    r" (?:am|was|have|had|do|did|will|would|can|could|shall|should|may|might|must|think|thought|know|knew|see|saw|said|say|like|"
    r"want|never|always|just|also|went|go|love|hope|feel|felt|got|get|believe|guess|suppose|mean|met|read|heard|told|remember)\b"
)


def read(found: re.Match[str], around: Around) -> Reading | None:
    """A rank behind a name, a count behind a numbered thing; None where the letters are a word or an abbreviation."""
    before = _counted(around)
    if found[5] or (found[4] and _is_item(found, around)):
        return said(found.end(), *cardinal(_value((found[5] or found[4]).upper())))
    if found[3]:
        value = _value(found[1])
        return said(found.end(), *ordinal(value)) if value and nth(value) == found[3] and found[1] not in _ALSO_LETTERS else None
    if _CENTURY.match(around.right(found.end())) and (found[1] or found[4]).upper() not in _ALSO_LETTERS:
        return said(found.end(), *ordinal(_value((found[1] or found[4]).upper())))
    if found[4]:
        return said(found.end(), *cardinal(_value(found[4].upper()))) if before.lower() in _COUNTED else None
    numeral = found[1]
    value, behind = _value(numeral), ("'s",) if found[2] else ()
    gap = around.text[around.start - 1 : around.start]
    if before.lower() in _COUNTED and gap in (" ", "-", "–", "."):
        if (
            numeral in "CDLM"
            or (before.lower() == "model" and len(numeral) == 1)
            or (before.lower() == "generation" and numeral == "X")
            or (numeral == "I" and _VERBS.match(around.right(found.end())))
        ):
            return None
        return _ended(found, cardinal(value), behind)
    if gap == " " and _is_person(before, numeral, around) and _is_rank(numeral, value, around, found.end()):
        return _ended(found, ("the", *ordinal(value)), behind)
    if numeral == "IV" and (_DRIP.match(around.right(found.end())) or before.lower() in ("an", "by", "via", "his", "her", "my")):
        return None
    if len(numeral) > 1 and numeral not in _ALSO_LETTERS and not found[2] and (value < 100 or len(numeral) > 3):
        return _ended(found, year(value), ())
    return None


def _counted(around: Around) -> str:
    """The word that says what is numbered: the one before, or the one before a list or range of numerals (Parts I, II and IV)."""
    left = re.sub(r"(?:(?<![A-Za-z])(?:[IVXLC]+|[ivx]+)(?:,? (?:and |or |to )?|[-–]))+$", "", around.left)
    listed = left != around.left or around.previous == "abbreviation"
    word = re.search(r"([^\W\d_]+)(?:\. ?|[ -])$", left) if listed else None
    if word is None:
        return around.word_before
    return word[1] if word[1].lower() in _COUNTED else word[1][:-1] if word[1].lower()[:-1] in _COUNTED else around.word_before


def _is_person(name: str, numeral: str, around: Around) -> bool:
    """A ruler's name, or the last of several names; a product bears a count ("Apple II")."""
    if name.lower() in RULERS or (len(numeral) > 1 and name.lower() in GIVEN):
        return name[:1].isupper()
    several = re.search(r"(?:^|[\s.])([A-Z][a-z]+)\.? (?:[A-Z]\. ){0,2}[A-Z][\w'-]* $", around.left)
    return len(numeral) > 1 and several is not None and several[1].lower() not in STARTERS


def _is_rank(numeral: str, value: int, around: Around, end: int) -> bool:
    """Names take numbers up to thirty; "I" must not be the pronoun, "V" and "X" no initials."""
    if value > 30 or numeral in _ALSO_LETTERS:
        return False
    if len(numeral) == 1:
        right = around.right(end)
        return (
            (not _VERBS.match(right) or _is_crowned(around))
            and not re.match(r"\.? [A-Z][a-z]+ [a-z]*ed\b", right)
            and numeral not in "CDLM"
            and not re.match(r"\.\s?[A-Z]", right)
        )
    return True


def _is_crowned(around: Around) -> bool:
    """A name that begins the sentence, or stands behind a title, before I: Charles I was; King James I had."""
    before = re.search(r"(?:^|[.!?]\s{1,2}|(\w+) )[A-Z][a-z]+ $", around.left)
    return before is not None and (before[1] is None or before[1].lower() in _CROWNS)


def _is_item(found: re.Match[str], around: Around) -> bool:
    """A small numeral that counts an item of a list: (ii) so; iv) so; ii. so, at the start of a line."""
    right = around.right(found.end())
    opened = around.left.endswith("(") and right.startswith(")")
    return opened or (re.search(r"(?:^|\n)\s*$", around.left) is not None and re.match(r"[.)]\s", right) is not None)


def _ended(found: re.Match[str], words: tuple[str, ...], behind: tuple[str, ...]) -> Reading:
    *first, last = words
    return said(found.end(), *first, last + "".join(behind))


def _value(numeral: str) -> int:
    values = [_VALUES[c] for c in numeral] + [0]
    return sum(-v if v < after else v for v, after in itertools.pairwise(values))
