"""Letters and digits that touch: 3D, MP3, x86, B2B, A321, 401(k), 1080p"""

from __future__ import annotations

import re

from aural.text._number_words import in_pairs
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
