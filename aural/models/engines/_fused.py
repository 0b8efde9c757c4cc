"""What is asked of a recognizer that writes units beside its own scores: language models, hotwords, the only words, CTC."""

from __future__ import annotations

from aural.beams.fusion import Fusion, of_decoding
from aural.errors import UsageError
from aural.models.card import Card
from aural.models.face import Decoding
from aural.text.units import Units

CTC = "ctc"  # in a card's calibration: the weight with which CTC was learned beside a decoder


def fusion_of(decoding: Decoding, units: Units) -> Fusion | None:
    """All of it together in the recognizer's own spelling, class 0 its blank or end; None where nothing is asked.

    Raises: UsageError for one of the only words that the units cannot write.
    """
    known = [[n + 1 for n in units.encode(units.spelled(entry.partition("^")[0]))] for entry in decoding.hotwords]
    words = [_own(word, units) for word in decoding.words]
    return of_decoding(decoding.lm, decoding.hotwords, known, words, ("", *units.pieces))


def ctc_weight(decoding: Decoding, card: Card) -> float:
    """The weight of the CTC that hears along with a decoder: as asked for, else as it was trained.

    Raises: UsageError where none was learned.
    """
    learned = float(card.calibration.get(CTC, 0.0))
    if decoding.ctc and not learned:
        fix = "Leave it out, or train with --ctc 0.3"
        raise UsageError(f"{card.name} was trained without CTC", where="--ctc", fix=fix)
    return learned if decoding.ctc is None else decoding.ctc


def _own(word: str, units: Units) -> str:
    """One of the only words as the units write it: case and marks may go, letters and digits must stay."""
    own = units.spelled(word)
    lost = sum(c.isalnum() for c in own) < sum(c.isalnum() for c in word)
    if lost or not own or units.text(units.encode(own)) != own:
        fix = "Spell it as the texts do that the model learned from, or leave it out"
        raise UsageError(f"the model has no units to write {word!r} with", where="--only-words", fix=fix)
    return own
