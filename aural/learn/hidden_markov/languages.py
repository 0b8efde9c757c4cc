"""P(W): a free loop of the words, n-grams of the texts that were learned from, or a model that was given."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from aural.beams import arpa, kneser_ney
from aural.beams.ngrams import END, NEVER, START, UNKNOWN, NGrams
from aural.errors import DataError
from aural.files import stamp
from aural.text.lines import lines
from aural.text.pronunciation.dictionary import plain
from aural.text.units import MOST_WORDS

_STRANGE = -30.0  # log P of a word that a loop does not hold


def language_of(texts: Sequence[Sequence[str]], kind: str, order: int, given: Path | None) -> tuple[NGrams, str]:
    """The language model and, in words, what it is. `kind` auto: a loop for few words, each clip of which holds just one or two.

    Raises: FormatError for a file that is no ARPA file.
    """
    if given is not None:
        model = model_of(given)
        return model, f"{sum(model.counts())} n-grams of {given.name}"
    words = sorted({word for text in texts for word in text})
    short = sum(map(len, texts)) <= 2 * len(texts)
    if kind == "loop" or (kind == "auto" and len(words) <= MOST_WORDS and short):
        return loop(words), f"a free loop of {len(words)} words"
    model = kneser_ney.trained(texts, order)
    return model, f"{order}-grams of {len(texts)} texts, {len(words)} words"


def model_of(file: Path) -> NGrams:
    """The model of an ARPA file; a training that has read it to know that it can be does not read it again. Raises: FormatError."""
    return _read(file, stamp(file))


@lru_cache(1)
def _read(file: Path, changed: tuple[int, int]) -> NGrams:
    return arpa.read(file)


def sentences_of(file: Path) -> list[list[str]]:
    """The sentences of a text, one a line. Raises: UsageError for what cannot be read, DataError where nothing is said."""
    found = [said for line in lines(file) if (said := plain(line))]
    if not found:
        raise DataError("there is no text to learn P(W) from", where=str(file), fix="Write a sentence a line")
    return found


def loop(words: Sequence[str]) -> NGrams:
    """Every word is as likely as every other one and as the end, whatever was said before."""
    each = -math.log(len(words) + 1)
    return NGrams({**{(w,): (each, 0.0) for w in words}, (END,): (each, 0.0), (START,): (NEVER, 0.0), (UNKNOWN,): (_STRANGE, 0.0)})
