"""Runs a model folder of the kind "marked": what `aural train transcribe --method whisper` learned, read as published Whisper is.

Two graphs: `encoder.onnx`: samples [1, T], lengths [1] -> answers [1, F, K + 1] (chances of CTC, class 0 the blank), cross.0.key,
cross.0.value, ...; `decoder.onnx`: tokens [B, L], past.* and cross.* -> logits [B, L, V], attention [B, 1, L, F], present.*. The
marks follow from the numbers of units and languages. Where it was learned with CTC, CTC hears along.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import final

import numpy as np

from aural.beams.along import Beside
from aural.beams.fusion import of_decoding
from aural.models.card import Card
from aural.models.engines._fused import ctc_weight
from aural.models.engines._whisper import Grid, Heard, Whisper, marks_behind
from aural.models.face import Decoding, Model
from aural.models.runtime import Runtime, Session
from aural.text import units as text_units
from aural.text.pieces import Piece
from aural.text.units import Units

ENCODER, DECODER, UNITS = "encoder.onnx", "decoder.onnx", "units.json"
ANSWERS = "answers"
TIMED, NOBODY = "timed", "nobody"  # in the card's calibration: whether it knows times; above which no_speech_prob nobody speaks
_LEAST = 1e-10
MOST = 400  # units of a pass


@final
class Spelling:
    """Units of our own as a Whisper reader asks for them."""

    def __init__(self, units: Units) -> None:
        self._units = units

    def text(self, tokens: Sequence[int]) -> str:
        """The written text of ids."""
        return self._units.text(tokens)

    def tokens(self, text: str) -> list[int]:
        """The ids of a text, in the letters of the units."""
        return self._units.encode(self._units.spelled(text))

    def words(self, tokens: Sequence[int]) -> list[Piece]:
        """The written words."""
        return [Piece(text, first, last, last) for text, first, last in self._units.words(tokens)]


@final
class SamplesEar:
    """Hears samples as they are, whatever their length; its CTC and language models speak beside the decoder."""

    def __init__(self, session: Session, card: Card, units: Units) -> None:
        self._session, self._card, self._units = session, card, units

    def hear(self, samples: np.ndarray) -> Heard:
        """Real frames alone."""
        feeds: dict[str, np.ndarray] = {
            "samples": np.ascontiguousarray(samples[None], np.float32),
            "lengths": np.array([len(samples)], np.int64),
        }
        told = dict(zip(self._session.outputs, self._session.run(feeds), strict=True))
        chances = told.pop(ANSWERS, None)
        return Heard(told, None if chances is None else np.log(np.maximum(chances[0], _LEAST)))

    def beside(self, heard: Heard, decoding: Decoding) -> Beside | None:
        """CTC for what is transcribed, language models and a bonus as they are asked for. Raises: UsageError."""
        usual = ctc_weight(decoding, self._card)
        # A translation is not what is heard.
        weight = usual if decoding.task == "transcribe" and heard.logs is not None else 0.0
        fusion = of_decoding(decoding.lm, (), (), (), ("", *self._units.pieces))
        wanted = {t for entry in decoding.hotwords for t in self._units.encode(self._units.spelled(entry.partition("^")[0]))}
        size = len(self._units.pieces)
        found = Beside(size, size, heard.logs, weight, fusion, decoding.unit_bonus, sorted(wanted))
        return None if found.idle else found


def open(folder: Path, card: Card, runtime: Runtime) -> Model:
    """The recognizer of a model folder."""
    units = text_units.read(folder / UNITS)
    told = card.calibration
    grid = Grid(
        card.sample_rate, round((card.longest_input or 30.0) * card.sample_rate), card.hop or 0.02, MOST, {},
        float(told.get(NOBODY, 0.6)), np.inf, bool(told.get(TIMED, 0.0)),
    )  # fmt: skip
    encoder, decoder = runtime.session(folder / ENCODER), runtime.single.session(folder / DECODER)
    marks = marks_behind(len(units.pieces), card.languages if len(card.languages) > 1 else ())
    return Whisper(card, SamplesEar(encoder, card, units), decoder, Spelling(units), marks, grid)
