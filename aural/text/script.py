"""How parts of a text are to be said, beside its letters: given words or phonemes, pauses, speed and pitch."""

from __future__ import annotations

from dataclasses import dataclass

from aural.errors import UsageError
from aural.text.pronunciation.lexicon import phonemes_of
from aural.text.pronunciation.phonemes import STRESS


@dataclass(frozen=True)
class Given:
    """[start, end) of the text is said as these words; `phonemes`, if any, has one entry for each of them."""

    start: int
    end: int
    words: tuple[str, ...]
    phonemes: tuple[str, ...] = ()
    category: str = "given"


@dataclass(frozen=True)
class Manner:
    """[start, end) of the text is said faster and higher by these factors."""

    start: int
    end: int
    speed: float = 1.0
    pitch: float = 1.0


@dataclass(frozen=True)
class Script:
    """What goes along with a text. `pauses`: (place in the text, s). `notes` tell what was asked for and is not done.

    Spans of `given` do not overlap; those of `manners` neither, both in order.
    """

    given: tuple[Given, ...] = ()
    pauses: tuple[tuple[int, float], ...] = ()
    manners: tuple[Manner, ...] = ()
    notes: tuple[str, ...] = ()


PLAIN = Script()


def of_phonemes(told: str, text: str = "") -> tuple[str, Script]:
    """Groups of phonemes between blanks, marks behind them allowed ("hˈA ju."), as a text with its script.

    `text`, if given, has as many words; else the phonemes stand for themselves.
    Raises: UsageError when the counts differ, or when there is nothing.
    """
    groups = told.split()
    words = text.split() or groups
    if not groups:
        raise UsageError("there are no phonemes", where="--phonemes")
    if len(words) != len(groups):
        what = f"{len(words)} words have {len(groups)} groups of phonemes"
        raise UsageError(what, where="--phonemes", fix="Put a blank between words, and none inside one")
    given, at, written = [], 0, ""
    for word, group in zip(words, groups, strict=True):
        plain = group.rstrip(",;:.!?")
        bare = word.rstrip(",;:.!?")
        marks = group[len(plain) :] or word[len(bare) :]
        phonemes = phonemes_of(plain)
        if not phonemes.strip(STRESS):
            raise UsageError(f"{group!r} holds no phoneme", where="--phonemes", fix="Put marks behind a word")
        shown = bare or plain
        given.append(Given(at, at + len(shown), (shown,), (phonemes,), "phonemes"))
        written += shown + marks + " "
        at = len(written)
    return written.rstrip(), Script(tuple(given))
