"""Words as they are typed in chats: idk, pls, gr8, 2nite, b4"""

from __future__ import annotations

import re

from aural.text._reading import Around, Reading, said

RANK = 18
# Said in full by everyone.
_FULL = {
    "pls": "please", "plz": "please", "thx": "thanks", "tnx": "thanks", "btwn": "between", "ppl": "people", "gr8": "great",
    "m8": "mate", "l8r": "later", "l8": "late", "w8": "wait", "h8": "hate", "b4": "before", "2nite": "tonight", "2night": "tonight",
    "2day": "today", "2morrow": "tomorrow", "2moro": "tomorrow", "4ever": "forever", "any1": "anyone", "some1": "someone",
    "every1": "everyone", "no1": "no one", "cuz": "because", "ur": "your", "msg": "message", "msgs": "messages",
}  # fmt: skip
# Letter by letter although a vowel stands in them.
_LETTERS = frozenset("idk imo imho irl iirc afaik omg ily icymi eta asap".split())
PATTERN = re.compile(rf"(?:{'|'.join(sorted((*_FULL, *_LETTERS), key=len, reverse=True))})(?![\w'.-]*\w)", re.IGNORECASE)


def read(found: re.Match[str], around: Around) -> Reading | None:
    """The word in full or its letters; small letters (or one capital at the start) alone, and no part of a longer name."""
    word = found[0]
    if not (word[1:].islower() or word[1:].isdecimal()) or re.search(r"[\w#@/.'-]$", around.left):
        return None
    low = word.lower()
    if low in _LETTERS:
        return said(found.end(), low.upper())
    if word[0].isupper() and re.search(r"\d", word):
        return None  # an M8 bolt
    full = _FULL[low]
    return said(found.end(), *(full.capitalize() if word[0].isupper() else full).split())
