"""Runs a model folder of the kind "marked": what `aural train transcribe --method whisper` learned, read as published Whisper is.

Two graphs: `encoder.onnx`: samples [1, T], lengths [1] -> cross.0.key, cross.0.value, ...; `decoder.onnx`: tokens [B, L], past.*
and cross.* -> logits [B, L, V], attention [B, 1, L, F], present.*. The marks follow from the numbers of units and languages.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import final

import numpy as np

from aural.models.card import Card
from aural.models.engines._whisper import Arrays32, Grid, Whisper, marks_behind
from aural.models.face import Model
from aural.models.runtime import Runtime, Session
from aural.text import units as text_units
from aural.text.pieces import Piece
from aural.text.units import Units

ENCODER, DECODER, UNITS = "encoder.onnx", "decoder.onnx", "units.json"
TIMED, NOBODY = "timed", "nobody"  # in the card's calibration: whether it knows times; above which no_speech_prob nobody speaks
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
    """Hears samples as they are, whatever their length."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def hear(self, samples: np.ndarray) -> Arrays32:
        """The keys and values that the decoder attends to, of real frames alone."""
        feeds: Arrays32 = {
            "samples": np.ascontiguousarray(samples[None], np.float32),
            "lengths": np.array([len(samples)], np.int64),
        }
        return dict(zip(self._session.outputs, self._session.run(feeds), strict=True))


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
    return Whisper(card, SamplesEar(encoder), decoder, Spelling(units), marks, grid)
