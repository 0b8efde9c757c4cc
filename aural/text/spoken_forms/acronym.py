"""Capitals: FBI and U.S. letter by letter, NASA as a word; J. R. R. Tolkien"""

from __future__ import annotations

import re

from aural.text._reading import Around, Reading, said
from aural.text.spoken_forms._letters import LETTERS, WORDS, pronounceable

RANK = 22
PATTERN = re.compile(
    r"(?P<dotted>(?:[A-Za-z]\.){2,10}(?:(?!s\b)[A-Za-z](?![\w]))?)(?P<own>'?s(?!\w))?"
    r"|(?P<initials>[A-Z]\.(?: ?[A-Z]\.){1,5}(?= [A-Z][a-z]))"
    r"|(?P<capitals>[A-Z]{2,16}(?:&[A-Z]{1,3})?)(?P<end>'s|s|'S)?(?!\w)|(?P<degree>Ph\.?D|Ed\.?D|M\.?Sc|B\.?Sc|Ph\.D|Psy\.?D|D\.?Phil)(?:(?P<many>\.?s)|(?P<dot>\.?)(?P<belongs>'s)?)(?!\w)"
)
_WORDS_AT_MOST = 3  # letters: capitals up to here are letters unless known as a word


def read(found: re.Match[str], around: Around) -> Reading | None:
    """Letters in capitals, or the word in small letters behind a capital."""
    end = found.end()
    if found["initials"] or found["dotted"]:
        return _dotted(found, around)
    if found["degree"]:
        letters = found["degree"].replace(".", "")
        end -= bool(found["dot"] and not found["belongs"]) and around.closes(end)
        return said(end, letters.upper() + (found["many"] or "").lstrip(".") + (found["belongs"] or ""))
    letters, behind = found["capitals"], (found["end"] or "").lower()
    if "&" in letters:
        first, _, last = letters.partition("&")
        return said(end, first, "and", last + behind)
    return said(end, (letters if _is_spelled(letters, around, end) else _as_word(letters, around, end)) + behind)


def _dotted(found: re.Match[str], around: Around) -> Reading | None:
    end = found.end()
    letters = re.sub(r"[. ]", "", found["initials"] or found["dotted"])
    if not letters.isupper() and letters.lower() not in ("am", "pm"):
        return None
    if not found["own"] and found[0].endswith(".") and around.closes(end):
        end -= 1
    return said(end, letters.upper() + (found["own"] or ""))


def _is_spelled(letters: str, around: Around, end: int) -> bool:
    low = letters.lower()
    if low in WORDS:
        return False
    if not pronounceable(low):
        return True
    if around.shouted(end):
        return False
    return low in LETTERS or len(low) <= _WORDS_AT_MOST


def _as_word(letters: str, around: Around, end: int) -> str:
    return letters.lower() if around.shouted(end) else letters.capitalize()
