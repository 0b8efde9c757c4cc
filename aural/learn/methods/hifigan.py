"""Learning HiFi-GAN, a vocoder: from log-mel to sound by transposed convolutions, with judges (Kong et al. 2020)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aural.learn.job import Job, Method
from aural.learn.methods import _adversarial
from aural.learn.nets import Choice
from aural.learn.options import Options
from aural.models.card import Card
from aural.nets.vocoders import hifigan as page


def read(job: Job) -> tuple[Choice, Mapping[str, Any]]:
    """What was given, read and checked. Raises: UsageError."""
    return _adversarial.read(job, "hifigan", page.Config)


def run(job: Job) -> Card:
    """Train the generator and its judges, export the generator."""
    return _adversarial.run(job, "hifigan", page)


METHOD = Method(Options, read, run, frozenset({("sequence", "number")}), any_labels=True, bare="voice")
