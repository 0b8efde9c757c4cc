"""What is asked of a recognizer that writes units beside its own scores: language models, hotwords, the only words."""

from __future__ import annotations

from aural.beams.fusion import Fusion, of_decoding
from aural.errors import UsageError
from aural.models.face import Decoding
from aural.text.units import Units


def fusion_of(decoding: Decoding, units: Units) -> Fusion | None:
    """All of it together in the recognizer's own spelling, class 0 its blank or end; None where nothing is asked.

    Raises: UsageError where it can write none of the only words.
    """
    known = [[n + 1 for n in units.encode(units.spelled(entry.partition("^")[0]))] for entry in decoding.hotwords]
    words = [part for word in decoding.words for part in units.spelled(word).split()]
    if decoding.words and not words:
        raise UsageError("this recognizer can write none of these words", where="--only-words", fix="Write them as it does")
    return of_decoding(decoding.lm, decoding.hotwords, known, words, ("", *units.pieces))
