"""P(W): a free loop of the words, n-grams of the texts that were learned from, or a model that was given."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

from aural.beams import arpa, kneser_ney
from aural.beams.ngrams import END, NEVER, START, UNKNOWN, NGrams
from aural.text.units import MOST_WORDS

_STRANGE = -30.0  # log P of a word that a loop does not hold


def language_of(texts: Sequence[Sequence[str]], kind: str, order: int, given: Path | None) -> tuple[NGrams, str]:
    """The language model and, in words, what it is. `kind` auto: a loop for few words, each clip of which holds just one or two.

    Raises: FormatError for a file that is no ARPA file.
    """
    if given is not None:
        model = arpa.read(given)
        return model, f"{sum(model.counts())} n-grams of {given.name}"
    words = sorted({word for text in texts for word in text})
    short = sum(map(len, texts)) <= 2 * len(texts)
    if kind == "loop" or (kind == "auto" and len(words) <= MOST_WORDS and short):
        return loop(words), f"a free loop of {len(words)} words"
    model = kneser_ney.trained(texts, order)
    return model, f"{order}-grams of {len(texts)} texts, {len(words)} words"


def loop(words: Sequence[str]) -> NGrams:
    """Every word is as likely as every other one and as the end, whatever was said before."""
    each = -math.log(len(words) + 1)
    return NGrams({**{(w,): (each, 0.0) for w in words}, (END,): (each, 0.0), (START,): (NEVER, 0.0), (UNKNOWN,): (_STRANGE, 0.0)})
