"""The pronunciation lexicon of a training: the user's own entries first, then a table of English words, then rules."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from aural.errors import AuralError
from aural.models import store
from aural.models.face import Speller
from aural.text.pronunciation import dictionary as dictionaries
from aural.text.pronunciation.dictionary import Dictionary
from aural.text.pronunciation.pronounce import Pronouncer

_TOLD = 8  # words that are named


def lexicon_of(words: Iterable[str], given: Path | None, alphabet: str, say: Callable[[str], None]) -> Dictionary:
    """The lexicon of all words in an alphabet, english or letters; which of them it got by rule is said.

    Raises: UsageError, FormatError for a file that is no lexicon.
    """
    listed = sorted(set(words))
    own = dictionaries.read(given).ways if given is not None else {}
    ruled: list[str] = []
    found = dictionaries.made(listed, alphabet, _table(ruled) if alphabet == "english" else lambda word: None, own)
    more = f"{len(own)} entries of {given.name}, " if given is not None else ""
    kind = "English phones" if alphabet == "english" else "letters"
    say(f"lexicon: {more}{len(found.ways)} words in {len(found.phones)} {kind}")
    missing = [word for word in ruled if word not in own]
    if alphabet == "english" and missing:
        named = ", ".join(missing[:_TOLD]) + (" ..." if len(missing) > _TOLD else "")
        say(f"note: {len(missing)} words are read by rule, as no table holds them: {named}")
    return found


def _table(ruled: list[str]) -> Callable[[str], str | None]:
    """Looks words up in the lexicon of the voices; words that go to the rules are noted in `ruled`."""
    try:
        speller = store.open_model("default", "speller")
    except AuralError:
        speller = None  # not fetched and not to be had now: the rules read every word
    table = Pronouncer(speller.readings) if isinstance(speller, Speller) else None

    def told(word: str) -> str | None:
        found = table.word(word) if table is not None else None
        if found is None or found.origin == "letters" or not found.phonemes:
            ruled.append(word)
            return None
        return found.phonemes

    return told
