"""Runs a model folder of the kind "griffin_lim": no weights, phases are guessed until they agree. The floor among vocoders."""

from __future__ import annotations

from pathlib import Path
from typing import final

import numpy as np

from aural.models.card import Card
from aural.models.face import Vocoder
from aural.models.runtime import Runtime
from aural.sound import griffin_lim
from aural.sound.voice_mel import at_rate


@final
class GriffinLim(Vocoder):
    """The algorithm of `sound/griffin_lim.py` for a `voice_mel` at any rate."""

    def __init__(self, card: Card) -> None:
        self.card = card

    def close(self) -> None:
        """There is nothing to free."""

    def sound(self, log_mel: np.ndarray, sample_rate: int) -> np.ndarray:
        return griffin_lim.from_mel(log_mel, options=at_rate(sample_rate))


def open(folder: Path, card: Card, runtime: Runtime) -> GriffinLim:
    """The vocoder of a model folder."""
    return GriffinLim(card)
