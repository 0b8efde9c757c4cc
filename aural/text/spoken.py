"""Written English as it is said: every character of a text is spoken, white space, or dropped under a name.

Conventions: `words` are as a reader says them, without punctuation or hyphens. A word of two or more capitals is said
letter by letter ("FBI", "AM"; `aloud` takes them apart), everything else as a word ("NASA" comes as "Nasa"). The forms
stand in `spoken_forms/`, one category a file: each proposes a reading where a token begins, the longest is taken.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, final

from aural import find
from aural.errors import UsageError
from aural.text._one_spelling import one_spelling
from aural.text._reading import Around, Part, Reading

_SPELLED = re.compile(r"([A-Z]{2,})('?s)?")


@final
@dataclass(frozen=True)
class Token:
    """A stretch [start, end) of the text: its category, and the words that are said for it.

    `dropped` = nothing is said for it, and `category` tells what it was ("pause" for a comma, "quote", "emoji", ...).
    White space has category "space" and neither words nor `dropped`.
    """

    start: int
    end: int
    written: str
    category: str
    words: tuple[str, ...]
    dropped: bool


@final
@dataclass(frozen=True)
class Spoken:
    """A text and its tokens, which cover each of its characters once, in order."""

    text: str
    tokens: tuple[Token, ...]

    @property
    def words(self) -> tuple[str, ...]:
        """All words, in order."""
        return tuple(word for token in self.tokens for word in token.words)

    @property
    def aloud(self) -> tuple[str, ...]:
        """All words, those that are said letter by letter taken apart: "FBI" -> "F", "B", "I"; "CDs" -> "C", "D's"."""
        return tuple(part for word in self.words for part in apart(word))


def spelled(word: str) -> bool:
    """True for a word that is said letter by letter."""
    return _SPELLED.fullmatch(word) is not None


def say(text: str, *, language: str = "en") -> Spoken:
    """How `text` is said. Raises: UsageError for a language without spoken forms."""
    if language.lower().partition("-")[0] != "en":
        raise UsageError(
            f"there are no spoken forms for {language!r}", where="language", fix="Known: en. Write numbers and signs as words"
        )
    plain, starts, ends = one_spelling(text)
    found = _Found(text, starts, ends)
    place, previous, written = 0, "", ""
    while place < len(plain):
        if plain[place].isspace():
            end = place + 1
            while end < len(plain) and plain[end].isspace():
                end += 1
            found.take(place, Part(end, (), "space"))
            place = end
            continue
        category, reading = _read(plain, Around(plain, place, previous, written))
        for part in reading:
            found.take(place, Part(part.end, part.words, part.category or category))
            previous, written, place = part.category or category, plain[place : part.end], part.end
    found.fill(len(text))
    return Spoken(text, tuple(found.tokens))


def apart(word: str) -> tuple[str, ...]:
    """A word that is said letter by letter as its letters, another one as it is."""
    found = _SPELLED.fullmatch(word)
    return (*found[1][:-1], found[1][-1] + ("'s" if found[2] else "")) if found else (word,)


@final
class _Found:
    """Tokens so far, in places of the text as it was given."""

    def __init__(self, text: str, starts: Sequence[int], ends: Sequence[int]) -> None:
        self.text, self.starts, self.ends, self.end = text, starts, ends, 0
        self.tokens: list[Token] = []

    def take(self, first: int, part: Part) -> None:
        """Add a token for the characters from `first` to the part's end of the plain text."""
        start, end = self.starts[first], self.ends[part.end - 1]
        if start < self.end:  # a second token of one character, such as "℃" without a number
            last = self.tokens.pop()
            part = Part(part.end, last.words + part.words, last.category)
            start = last.start
        self.fill(start)
        dropped = not part.words and part.category != "space"
        self.tokens.append(Token(start, end, self.text[start:end], part.category, part.words, dropped))
        self.end = end

    def fill(self, upto: int) -> None:
        """Name the characters that no reader sees."""
        if self.end < upto:
            self.tokens.append(Token(self.end, upto, self.text[self.end : upto], "invisible", (), True))
            self.end = upto


@cache
def _pages() -> tuple[tuple[str, Any], ...]:
    pages = [(name, find.page("text/spoken_forms", name)) for name in find.names("text/spoken_forms")]
    return tuple(sorted(pages, key=lambda named: named[1].RANK))


def _read(plain: str, around: Around) -> tuple[str, Reading]:
    """The longest reading of what begins here, and the page that gave it."""
    best: Reading = ()
    name = ""
    for category, page in _pages():
        match = page.PATTERN.match(plain, around.start)
        reading = page.read(match, around) if match else None
        if reading and (not best or reading[-1].end > best[-1].end):
            best, name = reading, category
    return name, best
