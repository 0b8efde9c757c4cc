"""A text as a voice takes it that reads letters, not phonemes: numbers written out where it is English, else as it stands."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import final

from aural.text.pronunciation.pronounce import Pronounced
from aural.text.spoken import Token, apart, say

_CUTS = "—–…"  # part words without a blank
_SOUNDLESS = ("P", "S", "Z", "C")  # first letters of the categories of marks, signs and blanks


@final
@dataclass(frozen=True)
class Letters:
    """Stands where a pronouncer stands, for voices that read by themselves.

    `read`: a word -> the letters of it that the voice knows, "" = none.
    """

    read: Callable[[str], str]
    english: bool

    def say(self, text: str) -> tuple[Token, ...]:
        """The words of a text: as a reader says them in English ("FBI" letter by letter), as written in other languages."""
        if not self.english:
            return tuple(self._as_written(text))
        found = say(text).tokens
        return tuple(
            Token(t.start, t.end, t.written, t.category, tuple(p for word in t.words for p in apart(word)), t.dropped)
            for t in found
        )

    def by_context(self, text: str, start: int, end: int) -> Pronounced | None:
        """Words that are spelled alike are read alike."""
        return None

    def sentence(self, words: Sequence[str], chosen: Mapping[int, Pronounced] | None = None) -> tuple[Pronounced, ...]:
        """Each word with the letters of it that the voice knows in place of phonemes; phonemes that were given are not followed."""
        return tuple(Pronounced(word, self.read(word), "letters") for word in words)

    def unread(self, written: str, words: Sequence[str]) -> tuple[tuple[int, int], ...]:
        """Stretches of what is written that the voice leaves out though it says the rest; all of it where it is said otherwise."""
        if len(words) == 1 and words[0] == written:
            return tuple((at, at + 1) for at, letter in enumerate(written) if self._lost(letter))
        return ((0, len(written)),) if any(self._lost(letter) for word in words for letter in word) else ()

    def _lost(self, letter: str) -> bool:
        return unicodedata.category(letter)[0] not in _SOUNDLESS and not self.read(letter)

    def _as_written(self, text: str) -> Iterator[Token]:
        plain = "".join(" " if letter in _CUTS else letter for letter in text)
        at = 0
        for piece in plain.split():
            start = plain.index(piece, at)
            at = end = start + len(piece)
            while start < end and self._outer(text[start]):
                start += 1
            while start < end and self._outer(text[end - 1]):
                end -= 1
            if start < end:
                yield Token(start, end, text[start:end], "plain", (text[start:end],), False)

    def _outer(self, letter: str) -> bool:
        """True for what stands around words and is no letter of the voice, as an apostrophe may be one."""
        return unicodedata.category(letter)[0] in _SOUNDLESS and (letter in ",;:.!?" or not self.read(letter))
