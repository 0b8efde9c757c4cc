"""Runs a model folder of the kind "transformer_tts": some frames a step by a decoder that looks back at what it made."""

from __future__ import annotations

from pathlib import Path

from aural.models import stepwise
from aural.models.card import Card
from aural.models.runtime import Runtime
from aural.models.through import Through


def open(folder: Path, card: Card, runtime: Runtime) -> Through:
    """The voice of a model folder. Raises: ModelRefused when its symbols or sizes cannot be read."""
    return stepwise.opened(folder, card, runtime)
