"""Letters and digits that touch: 3D, MP3, x86, B2B, A321, 401(k), 1080p, PM2.5, 0x1F; several of a figure: 1,000s, in 3s"""

from __future__ import annotations

import re

from aural.text._number_words import cardinal, in_pairs, one_by_one, plural
from aural.text._reading import Around, Reading, said
from aural.text.spoken_forms._letters import as_said

RANK = 23
PATTERN = re.compile(
    r"(?P<hex>0[xX][\dA-Fa-f]{1,16})(?!\w)|(?P<round>10{0,2}(?:,000){1,3})s(?!\w)|(?P<pointed>(?![vV]\d)[A-Za-z]{1,6}\d{1,4}(?:x\d{1,4})?\.\d{1,4})(?![\w@]|\.\w)"
    r"|(?=[A-Za-z]*\d[A-Za-z\d]*)(?![\d]+(?![A-Za-z\d(]))[A-Za-z\d]+(?:\([a-z]\)(?P<plans>'?s)?|'s)?(?![\w])"
)
_PIECE = re.compile(r"[A-Za-z]+|\d+|\.\d+")
# Groups of so many: in 3s, by 2s, two 9s; elsewhere an s is a letter (the 4s).
_IN_GROUPS = re.compile(
    r"\b(?:in|by|into|groups of|two|three|four|five|six|seven|eight|nine|ten|twelve|\ds,? (?:and|or)) $", re.IGNORECASE
)
_OFTEN = re.compile(
    r"(?:/| per | an? | each | every )(?:hour|day|week|wk|month|mo|year|yr)\b| (?:daily|weekly|monthly|yearly|annually)\b"
)
_ROUND = ("thousand", "million", "billion")


def read(found: re.Match[str], around: Around) -> Reading | None:
    """Letters by letters (a word stays one), numbers as names of models are said."""
    if found["round"] or found["hex"]:
        return said(found.end(), *(_thousands(found[0][:-1]) if found["round"] else _hexadecimal(found[0])))
    if found[0].isdecimal() or re.fullmatch(r"\d+(?:x\d+)+", found[0]) or not re.search("[A-Za-z]", found[0]):
        return None
    if around.left[-1:].isdecimal():
        return None
    by = re.match(r"[1-9]\d*x\d", found[0]) or (found[0][0] in "xX" and re.search(r"\d[\"']$", around.left))
    if by or re.search(r"\d\.$", around.left):
        return None
    several = re.fullmatch(r"(\d{2,4})s", found[0])
    if several and not re.fullmatch(r"\d0|\d[1-9]0", several[1]) and (len(several[1]) > 2 or around.left.endswith("-")):
        *first, last = ("thousand",) if several[1] == "1000" else ("hundred",) if several[1] == "100" else in_pairs(several[1])
        return said(found.end(), *first, plural(last))
    if re.fullmatch(r"\ds", found[0]) and (
        _IN_GROUPS.search(around.left) or re.match(r",? (?:and|or) \ds\b", around.right(found.end()))
    ):
        return said(found.end(), plural(cardinal(int(found[0][0]))[0]))
    if re.fullmatch(r"No\d{1,4}", found[0]):
        return said(found.end(), "number", *in_pairs(found[0][2:]))
    if re.fullmatch(r"\d{1,3}x", found[0], re.IGNORECASE) and _OFTEN.match(around.right(found.end())):
        return said(found.end(), *cardinal(int(found[0][:-1])), "time" if found[0][:-1] == "1" else "times")
    words: list[str] = []
    written = (found[0][: -len(found["plans"])] if found["plans"] else found[0]).removesuffix("'s")
    for piece in _PIECE.findall(written):
        if piece[0] == ".":
            words += ("point", *one_by_one(piece[1:]))
        else:
            words += in_pairs(piece) if piece.isdecimal() else (_letters(piece),)
    if found[0] != written:
        words[-1] += "'s"
    return said(found.end(), *words)


def _hexadecimal(written: str) -> tuple[str, ...]:
    """0x1F -> zero X one F."""
    return tuple(word for c in written for word in (one_by_one(c) if c.isdecimal() else (c.upper(),)))


def _thousands(written: str) -> tuple[str, ...]:
    """How many they are: 1,000s -> thousands, 10,000s -> tens of thousands."""
    first, *groups = written.split(",")
    many = plural(_ROUND[len(groups) - 1])
    return {"1": (many,), "10": ("tens", "of", many), "100": ("hundreds", "of", many)}[first]


def _letters(piece: str) -> str:
    if len(piece) == 1:
        return piece.upper() if piece not in "a" else "A"
    if len(piece) == 2 and piece[0].isupper() and piece[1] == "s":
        return piece
    return piece.upper() if len(piece) == 2 or (piece.isupper() and len(piece) <= 3) else as_said(piece)
