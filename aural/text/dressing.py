"""A plain text ("we call it bear") written as another writer wrote what it heard: case and marks where words agree."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from aural.text.scoring import normalize

_MARKS, _FINAL = ".,;:!?", ".!?"
_NEAR = 0.6  # share of letters in common from which two words are spellings of one
_ALWAYS = frozenset(("i", "i'm", "i'll", "i've", "i'd"))


def is_plain(text: str) -> bool:
    """True for a text in one case without marks, as corpora for recognition often have them."""
    return text in (text.lower(), text.upper()) and not any(mark in text for mark in _MARKS)


def dressed(plain: str, heard: str) -> str:
    """The words of `plain`, written as `heard` writes those that it shares.

    Where both say the same to a scorer, it is `heard` itself. Words that were heard otherwise keep the marks of those in
    their place; a sentence begins with a capital and ends with a mark. Nothing said stays empty.
    """
    words, others = plain.lower().split(), heard.split()
    if not words:
        return ""
    if normalize(plain) == normalize(heard):
        return " ".join(others)
    found: list[str] = []
    matcher = difflib.SequenceMatcher(None, [_bare(w) for w in words], [_bare(w) for w in others], autojunk=False)
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "equal":
            found += others[c:d]
        elif kind == "replace" and b - a == d - c:
            found += [_like(word, other) for word, other in zip(words[a:b], others[c:d], strict=True)]
        else:
            found += words[a:b]
    if found[-1][-1] not in _FINAL:
        found[-1] = found[-1].rstrip(_MARKS) + "."
    return " ".join(_begun(found))


def _like(word: str, other: str) -> str:
    """A word with the marks of another, and its capital where it is nearly the same (a name that is spelled otherwise)."""
    near = difflib.SequenceMatcher(None, word, _bare(other), autojunk=False).ratio() >= _NEAR
    return (word[:1].upper() + word[1:] if near and other[:1].isupper() else word) + _marks(other)


def _begun(words: Sequence[str]) -> list[str]:
    """Words with a capital where a sentence begins, and in I."""
    begins = [True, *(word[-1] in _FINAL for word in words[:-1])]
    return [w[:1].upper() + w[1:] if start or _bare(w) in _ALWAYS else w for w, start in zip(words, begins, strict=True)]


def _bare(word: str) -> str:
    return "".join(c for c in word.lower() if c.isalnum() or c == "'")


def _marks(word: str) -> str:
    return word[len(word.rstrip(_MARKS)) :]
