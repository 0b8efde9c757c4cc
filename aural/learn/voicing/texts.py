"""How the texts of clips sound: the front end's words and phonemes, or those that a row gives under `phonemes`."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from aural.corpora.manifest import Clip
from aural.errors import AuralError, LearningError, UsageError
from aural.models.shelf import Shelf
from aural.tasks import _speaking, speak
from aural.text import front_end
from aural.text.pronunciation.pronounce import Pronouncer
from aural.text.script import PLAIN, of_phonemes

_SPELLER = "misaki-lexicon"


@dataclass(frozen=True)
class Read:
    """A clip's text as said: words, the phonemes and the mark of each."""

    clip: Clip
    words: tuple[str, ...]
    phonemes: tuple[str, ...]
    marks: tuple[str, ...]


def read(clips: Sequence[Clip], language: str, lexicon: str | None) -> tuple[list[Read], list[str]]:
    """The clips that have a text which can be said, and the ids of the others.

    Raises: LearningError where the language has no pronunciations and a row gives none, ModelMissing (the lexicon).
    """
    found, odd = [], []
    with _pronouncer(clips, language, lexicon) as pronouncer:
        for clip in clips:
            one = _read(clip, pronouncer)
            if one is None:
                odd.append(clip.id)
            else:
                found.append(one)
    return found, odd


@contextlib.contextmanager
def _pronouncer(clips: Sequence[Clip], language: str, lexicon: str | None) -> Iterator[Pronouncer]:
    if all(isinstance(clip.extra.get("phonemes"), str) for clip in clips):
        yield Pronouncer(lambda word: {})
        return
    if not language.startswith("en"):
        what = f"aural has no pronunciations for the language {language!r}"
        raise LearningError(what, fix='Give each row its "phonemes": a group of letters for each word, with blanks between')
    if lexicon is not None and not Path(lexicon).is_file():
        raise UsageError("there is no such lexicon", where=lexicon)
    with Shelf({"speller": _SPELLER}) as shelf, _speaking.pronouncer(shelf, speak.Options(lexicon=lexicon)) as pronouncer:
        yield pronouncer


def _read(clip: Clip, pronouncer: Pronouncer) -> Read | None:
    """One clip; None where there is nothing to say."""
    text, script, told = clip.text or "", PLAIN, clip.extra.get("phonemes")
    try:
        if isinstance(told, str):
            same = len(told.split()) == len(text.split())
            text, script = of_phonemes(told, text if same else "")
        utterances = [_speaking.utterance_of(line) for line in front_end.lines(text, pronouncer, script) if line.tokens]
    except AuralError:
        return None
    if not utterances:
        return None
    words, phonemes, marks = ([x for u in utterances for x in getattr(u, name)] for name in ("words", "phonemes", "marks"))
    return Read(clip, tuple(words), tuple(phonemes), tuple(marks))
