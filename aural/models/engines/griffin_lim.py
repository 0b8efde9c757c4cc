"""Runs a model folder of the kind "griffin_lim": no weights, phases are guessed until they agree. The floor among vocoders."""

from __future__ import annotations

from pathlib import Path

from aural.models.card import Card
from aural.models.runtime import Runtime
from aural.models.through import GriffinLim


def open(folder: Path, card: Card, runtime: Runtime) -> GriffinLim:
    """The vocoder of a model folder."""
    return GriffinLim(card)
