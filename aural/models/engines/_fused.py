"""What is asked of a recognizer that writes units beside its own scores: language models, hotwords, the only words."""

from __future__ import annotations

from aural.beams.fusion import Fusion, of_decoding
from aural.models.face import Decoding
from aural.text.units import Units


def fusion_of(decoding: Decoding, units: Units) -> Fusion | None:
    """All of it together in the recognizer's own spelling, class 0 its blank or end; None where nothing is asked."""
    known = [[n + 1 for n in units.encode(units.spelled(entry.partition("^")[0]))] for entry in decoding.hotwords]
    words = [part for word in decoding.words for part in units.spelled(word).split()]
    return of_decoding(decoding.lm, decoding.hotwords, known, words, ("", *units.pieces))
