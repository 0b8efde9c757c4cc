"""The voice in a recording as numbers: one vector, or one for each stretch"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from aural.errors import UsageError
from aural.models.shelf import Shelf
from aural.progress import Progress
from aural.results import Question, Vectors, clock
from aural.settings import option
from aural.sound.source import Source
from aural.tasks._task import Task
from aural.tasks._voice import model_of, stretches, voice


@dataclass(frozen=True)
class Options:
    """What one vector stands for."""

    window: float | None = option(
        None, "one vector for each stretch of this length; not set = one for the whole", unit="s", least=0.5
    )
    step: float | None = option(None, "from stretch to stretch; not set = the window's length", unit="s", least=0.1)


def run(source: Source, shelf: Shelf, options: Options, progress: Progress) -> Vectors:
    """Vectors of unit length; stretches in which nobody speaks are left out.

    Raises: SoundError when nobody speaks at all, UsageError for a window below 0.5 s.
    """
    if options.window is None:
        if options.step is not None:
            raise UsageError("--step has no meaning without --window", fix="Give a window, such as --window 3")
        whole, card = voice(source, shelf, progress)
        return Vectors(whole.vector[None].astype(np.float32), (whole.span,), model_of(card))
    step = options.window if options.step is None else options.step
    if options.window < 0.5 or not 0.1 <= step <= options.window:
        raise UsageError("a window has 0.5 s or more, and the step lies between 0.1 s and the window")
    found, card = stretches(source, shelf, options.window, step, progress)
    values = np.stack([v.vector for v in found]) if found else np.zeros((0, 0))
    return Vectors(values.astype(np.float32), tuple(v.span for v in found), model_of(card))


def show(vectors: Vectors) -> str:
    """One line a vector: its span and first numbers."""
    lines = [
        f"{clock(s.start)} - {clock(s.end)}  " + " ".join(f"{x:+.3f}" for x in row[:6]) + f" ... ({len(row)} numbers)"
        for s, row in zip(vectors.spans, vectors.values, strict=True)
    ]
    return "\n".join(lines) or "nobody speaks long enough"


TASK = Task(
    takes="source",
    options=Options,
    run=run,
    show=show,
    main_role="speaker_embedding",
    writes=("json",),
    question=Question("clip", "number"),
    learned_by="metric",
    roles={"vad": "silero-vad", "speaker_embedding": "community-embedding"},
)
