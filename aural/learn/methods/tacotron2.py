"""Learning a Tacotron 2 voice: text to spectrogram by attention that is shown the way while it learns (Shen et al. 2017)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aural.learn.job import Job, Method
from aural.learn.methods import _attending
from aural.learn.nets import Choice
from aural.learn.options import Options
from aural.models.card import Card
from aural.nets.acoustic import tacotron2 as page

NAME = "tacotron2"


def read(job: Job) -> tuple[Choice, Mapping[str, Any]]:
    """What was given, read and checked. Raises: UsageError."""
    return _attending.read(job, NAME, page.Config)


def run(job: Job) -> Card:
    """Prepare the clips, train, export; the model folder is whole when this returns."""
    return _attending.run(job, NAME, page)


METHOD = Method(Options, read, run, frozenset({("sequence", "number")}), any_labels=True, bare=None)
