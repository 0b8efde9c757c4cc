"""Is it the same voice in two recordings: score, threshold and decision"""

from __future__ import annotations

from dataclasses import dataclass

from aural.metrics.similarity import cosine
from aural.models.shelf import Shelf
from aural.progress import Progress
from aural.results import Match
from aural.settings import option
from aural.sound.source import Source
from aural.tasks._task import Task
from aural.tasks._voice import threshold_of, voice


@dataclass(frozen=True)
class Options:
    """When two voices count as one."""

    threshold: float | None = option(
        None, "cosine from which on the voices are the same; not set = what the model's card says", least=-1, most=1
    )


def run(inputs: tuple[Source, Source], shelf: Shelf, options: Options, progress: Progress) -> Match:
    """The cosine of the two voices; it does not change with the level of a recording. Raises: SoundError where nobody speaks."""
    first, second = inputs
    (one, card), (other, _) = voice(first, shelf, progress), voice(second, shelf, progress)
    threshold = threshold_of(card) if options.threshold is None else options.threshold
    score = cosine(one.vector, other.vector)
    return Match(second.name, score, score >= threshold, threshold)


def show(match: Match) -> str:
    """The decision with its numbers."""
    told = "the same voice" if match.accepted else "another voice"
    return f"{told} (score {match.score:.3f}, threshold {match.threshold:.3f})"


TASK = Task(
    takes="pair",
    options=Options,
    run=run,
    show=show,
    main_role="speaker_embedding",
    writes=("json",),
    roles={"vad": "silero-vad", "speaker_embedding": "community-embedding"},
)
