"""Words said letter by letter: acronyms, and what has no vowel to be read with."""

from __future__ import annotations

import re

NAMES = {
    "a": "ˈA", "b": "bˈi", "c": "sˈi", "d": "dˈi", "e": "ˈi", "f": "ˈɛf", "g": "ʤˈi", "h": "ˈAʧ", "i": "ˈI", "j": "ʤˈA", "k": "kˈA",
    "l": "ˈɛl", "m": "ˈɛm", "n": "ˈɛn", "o": "ˈO", "p": "pˈi", "q": "kjˈu", "r": "ˈɑɹ", "s": "ˈɛs", "t": "tˈi", "u": "jˈu",
    "v": "vˈi", "w": "dˈʌbᵊlju", "x": "ˈɛks", "y": "wˈI", "z": "zˈi",
}  # fmt: skip
_ACRONYM = re.compile(r"(?:[A-Z]\.?){2,}(?:'?s)?|[A-Z]\.")


def is_acronym(word: str) -> bool:
    """True for two capitals or more, or one with a point: what is said as a word comes in small letters by now ("Nasa")."""
    return _ACRONYM.fullmatch(word) is not None


def readable(word: str) -> bool:
    """True when a word has vowels close enough together to be read as one."""
    small = word.lower()
    return bool(re.search(r"[aeiouy]", small)) and not re.search(r"[^aeiouy']{5}", small)


def spelled(word: str) -> str:
    """The names of the letters in a row, the main stress on the last one; nothing for what holds no letter a to z.

    A small s behind capitals (CDs, PC's) is an ending.
    """
    many = re.fullmatch(r"((?:[A-Z]\.?){2,})'?s", word)
    names = [NAMES[c] for c in (many[1] if many else word).lower() if c in NAMES]
    if not names:
        return ""
    said = "".join(name.replace("ˈ", "ˌ") for name in names[:-1]) + names[-1]
    return f"{said}{'s' if many and said[-1] in 'pktf' else 'ᵻz' if many and said[-1] in 'szʧ' else 'z' if many else ''}"
