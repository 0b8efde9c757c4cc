"""A pronunciation lexicon for recognizing: each word with its phones, one way a line, words with several ways on several lines."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from aural.errors import FormatError, UsageError, reason
from aural.files import write_text
from aural.text.pronunciation.graphemes import shipped
from aural.text.pronunciation.phonemes import STRESS

Phones = tuple[str, ...]
# What no recognizer needs to tell apart: reduced vowels, the tapped t, the glottal stop.
_SAME = str.maketrans(
    {"ɐ": "ə", "ᵊ": "ə", "ᵻ": "ɪ", "ɾ": "t", "T": "t", "ʔ": "t", "ɒ": "ɑ", "Q": "O", "a": "æ", **dict.fromkeys(STRESS)}
)
_WEAK: Mapping[str, tuple[str, ...]] = {
    "a": ("ə", "A"), "the": ("ðə", "ði"), "to": ("tu", "tə"), "and": ("ænd", "ənd", "ən"), "of": ("əv", "ʌv"),
    "for": ("fɔɹ", "fəɹ"), "an": ("æn", "ən"), "at": ("æt", "ət"), "that": ("ðæt", "ðət"), "was": ("wʌz", "wəz"),
    "from": ("fɹʌm", "fɹəm"),
}  # fmt: skip


@dataclass(frozen=True)
class Dictionary:
    """Word -> the ways to say it, the usual one first; `alphabet` is english or letters: how words that it lacks are read."""

    ways: Mapping[str, tuple[Phones, ...]]
    alphabet: str = "letters"

    @property
    def phones(self) -> list[str]:
        """All phones, sorted."""
        return sorted({p for ways in self.ways.values() for way in ways for p in way})

    def of(self, word: str) -> tuple[Phones, ...]:
        """The ways to say a word, by rule where the dictionary lacks it; empty where it holds nothing that is said."""
        return self.ways.get(word) or self.ways.get(word.lower()) or ruled(word, self.alphabet)

    def with_words(self, words: Iterable[str]) -> Dictionary:
        """The same with more words, read by rule; those with no phone of this dictionary are left out."""
        known = set(self.phones)
        more = {word: self.of(word) for word in sorted(set(words)) if word not in self.ways}
        kept = {word: ways for word, ways in more.items() if ways and all(known >= set(way) for way in ways)}
        return Dictionary({**self.ways, **kept}, self.alphabet)


def made(
    words: Iterable[str], alphabet: str, told: Callable[[str], str | None], own: Mapping[str, tuple[Phones, ...]]
) -> Dictionary:
    """A dictionary of words: `own` entries go before everything, then `told` (phonemes of a table, or None), then rules."""
    ways: dict[str, tuple[Phones, ...]] = {}
    for word in sorted(set(words)):
        found = own.get(word) or own.get(word.lower())
        if not found and alphabet == "english":
            phonemes = told(word)
            usual = (phones_of(phonemes),) if phonemes else ruled(word, alphabet)
            found = tuple(dict.fromkeys([*map(tuple, _WEAK.get(word.lower(), ())), *usual]))
        found = found or ruled(word, alphabet)
        if found:
            ways[word] = found
    return Dictionary(ways, alphabet)


def plain(text: str) -> list[str]:
    """The words of a text as a lexicon writes them: small letters, no marks but apostrophes inside words."""
    words = ("".join(c for c in word if c.isalnum() or c == "'").strip("'") for word in text.lower().replace("’", "'").split())
    return [word for word in words if word]


def ruled(word: str, alphabet: str) -> tuple[Phones, ...]:
    """The ways to say a word by rule: letters to sounds in English, else each letter is a phone of its own."""
    if alphabet == "english":
        plain = phones_of(shipped().phonemes(word))
        return (plain,) if plain else ()
    letters = tuple(c for c in word.casefold() if c.isalnum())
    return (letters,) if letters else ()


def phones_of(phonemes: str) -> Phones:
    """Phonemes in misaki's letters as phones: no stress, and one sign for what a recognizer need not tell apart."""
    return tuple(c for c in phonemes.translate(_SAME) if not c.isspace())


def alphabet_of(words: Iterable[str], language: str | None) -> str:
    """english where the language is English, or none is told and all words are in its letters; else letters."""
    if language:
        return "english" if language == "en" else "letters"
    return "english" if all(word.isascii() for word in words) else "letters"


def write(dictionary: Dictionary, path: Path) -> None:
    """Write a dictionary: word, tab, phones parted by blanks."""
    lines = [f"# alphabet: {dictionary.alphabet}"]
    lines += [f"{word}\t{' '.join(way)}" for word, ways in sorted(dictionary.ways.items()) for way in ways]
    write_text(path, "\n".join(lines) + "\n")


def read(path: Path) -> Dictionary:
    """Read a dictionary; a line is a word and its phones, parted by a tab or blanks (as CMUdict and Kaldi write them).

    Raises: UsageError when the file cannot be read, FormatError that names the line.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"this lexicon cannot be read ({reason(error)})", where=str(path)) from error
    found: dict[str, tuple[Phones, ...]] = {}
    alphabet = "letters"
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("# alphabet:"):
            alphabet = line.partition(":")[2].strip()
        if not line.strip() or line.startswith(("#", ";;;")):
            continue
        word, *phones = line.split()
        if not phones:
            raise FormatError("this word has no phones", where=f"{path}:{number}:1", fix="Write the word, a tab, and its phones")
        found[word] = tuple(dict.fromkeys([*found.get(word, ()), tuple(phones)]))
    return Dictionary(found, alphabet if alphabet in ("english", "letters") else "letters")
