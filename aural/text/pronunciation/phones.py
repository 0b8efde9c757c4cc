"""A sentence as the row of sounds that a voice makes: phones with stress, silences with marks, and the word of each."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from aural.text.pronunciation.phonemes import STRESS, VOWELS

SILENCE = "_"
_R = "ɹ"
_COLORED = "ɜə"  # with an r behind them, one sound


@dataclass(frozen=True)
class Phone:
    """One sound. `name` is a letter of the phonemes ("ɜɹ" and "əɹ" count as one), or "_" for a silence; `stress` of a vowel
    is 1 main, 2 secondary, 0 none; `word` is the number of the word, -1 in a silence; `mark` is what is written at a silence:
    one of , ; : . ! ? or "" (between words, or at the begin)."""

    name: str
    stress: int = 0
    word: int = -1
    mark: str = ""

    @property
    def silent(self) -> bool:
        return self.name == SILENCE


def phones_of(phonemes: str, word: int = 0) -> tuple[Phone, ...]:
    """The phones of one word: "həlˈO" -> h ə l O (main stress). Marks of length and the like stay with what they follow."""
    found: list[Phone] = []
    stress, at = 0, 0
    while at < len(phonemes):
        letter = phonemes[at]
        at += 1
        if letter in STRESS:
            stress = 1 + STRESS.index(letter)
            continue
        if found and letter not in VOWELS and unicodedata.category(letter) in ("Mn", "Lm"):
            found[-1] = Phone(found[-1].name + letter, found[-1].stress, word)
            continue
        if letter in _COLORED and phonemes[at : at + 1] == _R and not _opens(letter, phonemes[at + 1 :]):
            letter += _R
            at += 1
        vowel = letter[0] in VOWELS or (stress > 0 and not set(phonemes[at:]) & set(VOWELS))
        found.append(Phone(letter, stress if vowel else 0, word))
        stress = 0 if vowel else stress
    return tuple(found)


def _opens(letter: str, rest: str) -> bool:
    """True when an r begins the next syllable ("around", not "hurry")."""
    return letter == "ə" and rest.lstrip(STRESS)[:1] != "" and rest.lstrip(STRESS)[0] in VOWELS


def sequence(phonemes: Sequence[str], marks: Sequence[str] = (), *, between: bool = False) -> tuple[Phone, ...]:
    """A silence, the phones of all words with a silence at each mark, and a silence; `marks` has one entry a word, or none.

    `between`: a silence without a mark behind every other word, too, for who looks where pauses were made.
    """
    found = [Phone(SILENCE)]
    for number, group in enumerate(phonemes):
        found += phones_of(group, number)
        mark = marks[number] if marks else ""
        if mark or between or number + 1 == len(phonemes):
            found.append(Phone(SILENCE, mark=mark))
    return tuple(found)
