"""Phonemes for the words of a sentence, each with where they come from."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from aural.text.pronunciation import spelled
from aural.text.pronunciation.endings import ended
from aural.text.pronunciation.homographs import Homographs
from aural.text.pronunciation.phonemes import STRESS, begins_with_vowel, stressed
from aural.text.spoken import Token, say

# A table's readings of one word by part of speech, the usual one as DEFAULT; empty where it does not know the word.
Readings = Callable[[str], Mapping[str, str]]

# Said so inside a sentence: (before a consonant, before a vowel). The tables hold the form that is said alone.
_WEAK = {"the": ("ðə", "ði"), "a": ("ɐ", "ɐ"), "an": ("ən", "ən"), "to": ("tə", "tʊ")}
_USUAL = "DEFAULT"
# Latin letters that are no other letter with an accent.
_LATIN = str.maketrans(
    {"ß": "ss", "æ": "ae", "Æ": "Ae", "œ": "oe", "Œ": "Oe", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "þ": "th",
     "Þ": "Th", "ð": "th", "Ð": "Th", "ı": "i"}
)  # fmt: skip


@dataclass(frozen=True)
class Pronounced:
    """One word as said. `origin`: given, user lexicon, homograph, lexicon, ending, letters, rule; "" = it cannot be said."""

    word: str
    phonemes: str
    origin: str


@dataclass(frozen=True)
class Pronouncer:
    """Words -> phonemes. `readings` looks a table up; `own` is the user's lexicon, which goes before everything.

    `homographs` tells words that are spelled alike apart; `rules` reads words that no table holds.
    """

    readings: Readings
    own: Mapping[str, str] = field(default_factory=dict)
    homographs: Homographs | None = None
    rules: Callable[[str], str] | None = None

    def say(self, text: str) -> tuple[Token, ...]:
        """What is written, as the words that are said for it."""
        return say(text).tokens

    def unread(self, written: str, words: Sequence[str]) -> tuple[tuple[int, int], ...]:
        """Nothing: a word that has phonemes is said as a whole."""
        return ()

    def sentence(self, words: Sequence[str], chosen: Mapping[int, Pronounced] | None = None) -> tuple[Pronounced, ...]:
        """All words of one sentence, weak forms and stress in their places; a word that cannot be said has no phonemes.

        `chosen`: words (by number) whose sound is known already.
        """
        chosen = chosen or {}
        found = [chosen[n] if n in chosen else self.word(word) for n, word in enumerate(words)]
        for n, one in enumerate(found[:-1]):
            weak = _WEAK.get(one.word.lower())
            if one.word == "A" and n:  # vitamin A
                found[n] = replace(one, phonemes=spelled.spelled("A"), origin="letters")
            elif weak and one.origin == "lexicon":
                following = next((f.phonemes for f in found[n + 1 :] if f.phonemes), "")
                found[n] = replace(one, phonemes=weak[begins_with_vowel(following)])
        if found and not any(STRESS[0] in one.phonemes for one in found):
            last = max((n for n, one in enumerate(found) if one.phonemes), default=None)
            if last is not None:
                found[last] = replace(found[last], phonemes=stressed(found[last].phonemes))
        return tuple(found)

    def by_context(self, text: str, start: int, end: int) -> Pronounced | None:
        """The word at [start, end) of a sentence by the words around it, where several are spelled like it; else None."""
        word = text[start:end]
        if self.homographs is None or word not in self.homographs or word in self.own or word.lower() in self.own:
            return None
        reading, _ = self.homographs.choose(text, start, end)
        return Pronounced(word, reading.phonemes, f"homograph ({reading.kind})")

    def word(self, word: str) -> Pronounced:
        """One word by itself."""
        plain = word.strip().replace("’", "'")
        for form in (plain, plain.lower()):
            if form in self.own:
                return Pronounced(word, self.own[form], "user lexicon")
        if spelled.is_acronym(plain):
            return Pronounced(word, spelled.spelled(plain), "letters")
        if found := self._listed(plain):
            return Pronounced(word, found, "lexicon")
        if found := ended(plain, self._listed):
            return Pronounced(word, found, "ending")
        return self._unlisted(word, _unaccented(plain))

    def _listed(self, word: str) -> str | None:
        for form in dict.fromkeys((word, word.lower(), word.capitalize())):
            if form in self.own:
                return self.own[form]
            if told := self.readings(form):
                return told[_USUAL]
        return None

    def _unlisted(self, word: str, plain: str) -> Pronounced:
        if plain != word and (found := self._listed(plain) or ended(plain, self._listed)):
            return Pronounced(word, found, "lexicon")
        if self.rules is not None and len(plain) > 1 and spelled.readable(plain) and (found := self.rules(plain)):
            return Pronounced(word, found, "rule")
        return Pronounced(word, spelled.spelled(plain), "letters")


def _unaccented(word: str) -> str:
    """Letters without what stands above, below or in them."""
    return "".join(c for c in unicodedata.normalize("NFKD", word.translate(_LATIN)) if not unicodedata.combining(c))
