"""What is not said: pauses, quotes, brackets, hyphens, emoji, and every character without a name here"""

from __future__ import annotations

import re
import unicodedata

from aural.text._reading import Around, Part, Reading

RANK = 99
PATTERN = re.compile(r"[^\w\s][\u0300-\u036f\u20d0-\u20ff\U0001f3fb-\U0001f3ff]{0,8}|.", re.DOTALL)
_PAUSES = frozenset(".,;:!?…—–、。，；：！？¿¡।؟،")
_QUOTES = frozenset("'\"`‹›«»")
_EMOJI = re.compile(r"[\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\u2300-\u23ff\U000e0020-\U000e007f]")


def read(found: re.Match[str], around: Around) -> Reading | None:
    """One sign, named by its kind and dropped."""
    return (Part(found.end(), (), _kind(found[0][0], around, found.end())),)


def _kind(char: str, around: Around, end: int) -> str:
    if char in _PAUSES:
        return "pause"
    if char in _QUOTES:
        return "quote"
    if char == "-":
        return "hyphen" if around.left[-1:].isalnum() and around.right(end)[:1].isalnum() else "pause"
    if _EMOJI.match(char):
        return "emoji"
    kind = unicodedata.category(char)
    if kind in ("Ps", "Pe", "Pi", "Pf"):
        return "bracket"
    return {"C": "control", "M": "accent", "L": "letter", "N": "number"}.get(kind[0], "mark")
