"""A user's own lexicon: one word a line, a tab, and its phonemes."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from aural.errors import FormatError, UsageError
from aural.text.pronunciation.phonemes import LETTERS, of_arpabet, of_ipa


def read(path: Path, known: Iterable[str] = LETTERS) -> dict[str, str]:
    """Word -> phonemes in misaki's letters. Lines that are empty or begin with # are left.

    Phonemes are misaki's letters ("tˈu"), IPA ("/tuː/") or CMUdict's phones ("T UW1"); `known` are the letters that
    the voice can say. A word in small letters counts however it is written, one with capitals only as it stands.
    Raises: UsageError when the file cannot be read, FormatError that names the line.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UsageError(f"this lexicon cannot be read ({error.strerror or error})", where=str(path)) from error
    except UnicodeDecodeError as error:
        raise FormatError("this lexicon is no text in UTF-8", where=str(path)) from error
    found: dict[str, str] = {}
    letters = frozenset(known)
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        word, tab, told = line.partition("\t")
        if not tab or not word.strip() or not told.strip():
            fix = "Write the word, a tab, and its phonemes"
            raise FormatError("this line is no word with phonemes", where=f"{path}:{number}:1", fix=fix)
        phonemes = phonemes_of(told)
        unknown = sorted(set(phonemes) - letters)
        if unknown:
            what = f"{unknown[0]!r} is no phoneme of the voice"
            raise FormatError(what, where=f"{path}:{number}:{len(word) + 2}", fix=f"It knows {''.join(sorted(letters))}")
        found[word.strip()] = phonemes
    return found


def phonemes_of(told: str) -> str:
    """Phonemes in misaki's letters from CMUdict's phones, from IPA between slashes, or as they are."""
    plain = told.strip()
    if plain.isascii() and plain.replace(" ", "").isalnum() and plain.upper() == plain:
        try:
            return of_arpabet(plain)
        except KeyError:
            pass
    return of_ipa(plain) if plain.startswith(("/", "[")) or "ː" in plain else plain.replace(" ", "")
