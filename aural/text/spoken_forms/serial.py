"""Letters and digits that touch: 3D, MP3, x86, B2B, A321, 401(k), 1080p"""

from __future__ import annotations

import re

from aural.text._number_words import in_pairs, plural
from aural.text._reading import Around, Reading, said
from aural.text.spoken_forms._letters import as_said

RANK = 23
PATTERN = re.compile(r"(?=[A-Za-z]*\d[A-Za-z\d]*)(?![\d]+(?![A-Za-z\d(]))[A-Za-z\d]+(?:\([a-z]\)|'s)?(?![\w])")
_PIECE = re.compile(r"[A-Za-z]+|\d+")


def read(found: re.Match[str], around: Around) -> Reading | None:
    """Letters by letters (a word stays one), numbers as names of models are said."""
    if found[0].isdecimal() or re.fullmatch(r"\d+(?:x\d+)+", found[0]) or not re.search("[A-Za-z]", found[0]):
        return None
    if around.left[-1:].isdecimal():
        return None
    if re.match(r"[1-9]\d*x\d", found[0]) or re.search(r"\d\.$", around.left):
        return None
    several = re.fullmatch(r"(\d{2,4})s", found[0])
    if several and not re.fullmatch(r"\d0|\d[1-9]0", several[1]) and (len(several[1]) > 2 or around.left.endswith("-")):
        *first, last = ("thousand",) if several[1] == "1000" else ("hundred",) if several[1] == "100" else in_pairs(several[1])
        return said(found.end(), *first, plural(last))
    words: list[str] = []
    written = found[0].removesuffix("'s")
    for piece in _PIECE.findall(written):
        words += in_pairs(piece) if piece.isdecimal() else (_letters(piece),)
    if found[0] != written:
        words[-1] += "'s"
    return said(found.end(), *words)


def _letters(piece: str) -> str:
    if len(piece) == 1:
        return piece.upper() if piece not in "a" else "A"
    if len(piece) == 2 and piece[0].isupper() and piece[1] == "s":
        return piece
    return piece.upper() if len(piece) == 2 or (piece.isupper() and len(piece) <= 3) else as_said(piece)
