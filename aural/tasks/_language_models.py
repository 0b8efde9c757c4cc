"""Language models beside a recognizer: read from an ARPA file, or made from a text of the user's own."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from aural.beams import arpa, kneser_ney
from aural.beams.fusion import SPACE, Language
from aural.beams.ngrams import NGrams
from aural.errors import DataError, UsageError
from aural.files import stamp
from aural.models.card import Card
from aural.models.face import Recognizer
from aural.text import word_lists
from aural.text.lines import lines, named_file
from aural.text.units import spelled

SCORED = frozenset({"ctc", "attention", "hmm", "transducer"})  # the kinds of models that tell several readings with their scores
TAKING = SCORED | {"marked"}  # those that take a language model while they decode
WORDS = "hmm"  # the kind that writes whole words
ONLY = "--only-words"
_KEPT = 4  # models of one process: recording after recording is heard with the same; threads that ask at once may each make one
USUAL_WEIGHT = 0.5  # of log P(W) beside log P(W | X)


def languages(
    card: Card, file: str | None, text: str | None, over: str, order: int, weight: float | None, bonus: float | None
) -> tuple[Language, ...]:
    """The models of `--lm` and `--lm-text`, each in the recognizer's own spelling.

    Raises: UsageError for a recognizer that takes none or a file that is not there, FormatError, DataError.
    """
    if file is None and text is None:
        return ()
    if card.kind not in TAKING:
        fix = "Use a model of your own (aural train transcribe), or --hotwords"
        raise UsageError(f"{card.name} takes no language model", where="--lm" if file is not None else "--lm-text", fix=fix)
    weight = card.calibration.get("lm_weight", USUAL_WEIGHT) if weight is None else weight
    bonus = card.calibration.get("word_bonus", 0.0) if bonus is None else bonus
    letters = frozenset(c for label in card.labels for c in label) | {SPACE} if card.kind != WORDS else None
    found = []
    if file is not None:
        place = named_file(file, "--lm")
        found.append(Language(_read(place, stamp(place), letters), over, weight, bonus))
    if text is not None:
        place = named_file(text, "--lm-text")
        found.append(Language(_learned(place, stamp(place), letters, over, order), over, weight, bonus))
    return tuple(found)


@lru_cache(_KEPT)
def _read(place: Path, changed: tuple[int, int], letters: frozenset[str] | None) -> NGrams:
    """The model of an ARPA file as its stamp tells it, in the recognizer's letters."""
    return _spelled(arpa.read(place), letters)


@lru_cache(_KEPT)
def _learned(place: Path, changed: tuple[int, int], letters: frozenset[str] | None, over: str, order: int) -> NGrams:
    """The model of a text as its stamp tells it, in the recognizer's letters."""
    sentences = [(line if letters is None else spelled(line, letters)).split() for line in lines(place)]
    if not any(sentences):
        raise DataError("there is no text to make a language model from", where=str(place), fix="Write a sentence a line")
    if over == "characters":
        sentences = [[c for word in words for c in SPACE + word] for words in sentences]
    return kneser_ney.trained(sentences, order)


def only_words(recognizer: Recognizer, spec: str) -> tuple[str, ...]:
    """The words of `--only-words`.

    Raises: UsageError for a recognizer that cannot be held to them, no word, or an entry that nobody can say.
    """
    if not recognizer.held:
        fix = "Use the default recognizer, a model of your own (aural train transcribe), or --hotwords"
        raise UsageError(f"{recognizer.card.name} cannot be held to a list of words", where=ONLY, fix=fix)
    listed = word_lists.entries(spec, ONLY)
    # Recognizers whose vocabulary spells every byte could write it, and would hear silence.
    mute = next((entry for entry in listed if not any(c.isalnum() for c in entry)), None)
    if mute is not None:
        fix = "Write it as it is said, or leave it out"
        raise UsageError(f"{mute[:80]!r} is no word: it has no letter and no digit", where=ONLY, fix=fix)
    found = tuple(dict.fromkeys(word for entry in listed for word in entry.split()))
    if not found:
        raise UsageError("this list holds no word", where=f"{ONLY} {spec[:200]}".strip(), fix="Write a word a line, or a,b,c")
    return found


def _spelled(model: NGrams, letters: frozenset[str] | None) -> NGrams:
    """A model whose words are written as the recognizer writes; marks stay, and so do words that it cannot write.

    A recognizer of words (`letters` None) writes whatever its lexicon holds.
    """
    if letters is None:
        return model

    def own(word: str) -> str:
        return word if word[:1] == "<" else spelled(word, letters) or word

    return NGrams({tuple(own(w) for w in gram): value for gram, value in reversed(model.grams.items())})
