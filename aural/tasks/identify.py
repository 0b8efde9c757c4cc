"""Whose voice it is: the names of the voice book that fit, or unknown"""

from __future__ import annotations

from dataclasses import dataclass

from aural.errors import UsageError
from aural.models.shelf import Shelf
from aural.progress import Progress
from aural.results import Match
from aural.settings import option
from aural.sound.source import Source
from aural.stores.speakers import Book
from aural.tasks._task import Task
from aural.tasks._voice import model_of, threshold_of, voice


@dataclass(frozen=True)
class Options:
    """Who is let in."""

    threshold: float | None = option(
        None, "cosine from which on a voice is known; not set = what the model's card says", least=-1, most=1
    )
    top: int = option(5, "so many names are told, the most alike first", least=1)
    reject: bool = option(False, "tell no name at all for a voice that is not known, not even the nearest")
    book: str | None = option(
        None, "voice book, a file or postgresql://...; not set = the one that `aural enroll` fills", file="named", also=("--store",)
    )


def run(source: Source, shelf: Shelf, options: Options, progress: Progress) -> list[Match]:
    """The nearest names with their cosines; only the first can be accepted, and only at the threshold or above.

    Raises: UsageError for an empty book, ModelRefused for a book of another model, SoundError where nobody speaks.
    """
    if options.top < 1:
        raise UsageError(f"--top is {options.top}", fix="Ask for 1 name or more")
    with Book(options.book) as book:
        if not book.names():
            raise UsageError("the voice book is empty", where=book.place, fix="`aural enroll NAME RECORDING` adds a voice")
        heard, card = voice(source, shelf, progress)
        ranked = book.rank(heard.vector, model_of(card), options.top)
    threshold = threshold_of(card) if options.threshold is None else options.threshold
    found = [Match(name, score, i == 0 and score >= threshold, threshold) for i, (name, score) in enumerate(ranked[: options.top])]
    return [m for m in found if m.accepted] if options.reject else found


def show(matches: list[Match]) -> str:
    """The name, or unknown; then the nearest names."""
    first = matches[0] if matches and matches[0].accepted else None
    head = f"{first.name} (score {first.score:.3f}, threshold {first.threshold:.3f})" if first else "unknown"
    rest = [f"  {m.score:+.3f}  {m.name}" for m in matches[(1 if first else 0) :]]
    return "\n".join([head, *rest])


TASK = Task(
    takes="source",
    options=Options,
    run=run,
    show=show,
    main_role="speaker_embedding",
    writes=("json",),
    roles={"vad": "silero-vad", "speaker_embedding": "community-embedding"},
)
