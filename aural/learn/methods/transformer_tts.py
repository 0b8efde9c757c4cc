"""Learning a Transformer voice: text to spectrogram by a decoder that looks back, and at the text (Li et al. 2018)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aural.learn.job import Job, Method
from aural.learn.methods import _attending
from aural.learn.nets import Choice
from aural.learn.options import Options
from aural.models.card import Card
from aural.nets.acoustic import transformer_tts as page

NAME = "transformer_tts"


def read(job: Job) -> tuple[Choice, Mapping[str, Any]]:
    """What was given, read and checked. Raises: UsageError."""
    return _attending.read(job, NAME, page.Config)


def run(job: Job) -> Card:
    """Prepare the clips, train, export; the model folder is whole when this returns."""
    return _attending.run(job, NAME, page)


METHOD = Method(Options, read, run, frozenset({("sequence", "number")}), any_labels=True, bare=None)
