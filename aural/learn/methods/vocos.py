"""Learning Vocos, a vocoder that tells amplitudes and phases of each frame, with HiFi-GAN's judges (Siuzdak 2023)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aural.learn.job import Job, Method
from aural.learn.methods import _adversarial
from aural.learn.nets import Choice
from aural.learn.options import Options
from aural.models.card import Card
from aural.nets.vocoders import vocos as page


def read(job: Job) -> tuple[Choice, Mapping[str, Any]]:
    """What was given, read and checked. Raises: UsageError."""
    return _adversarial.read(job, "vocos", page.Config)


def run(job: Job) -> Card:
    """Train the generator and its judges, export the generator."""
    return _adversarial.run(job, "vocos", page)


METHOD = Method(Options, read, run, frozenset({("sequence", "number")}), any_labels=True, bare="voice")
