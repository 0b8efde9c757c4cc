"""The notes of music: when each begins and ends, and its pitch, by a model that you trained"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np

from aural.errors import UsageError
from aural.models.shelf import Shelf
from aural.progress import Progress
from aural.results import Note, Question, Result, clock, grid_span
from aural.settings import option
from aural.sound.source import Source
from aural.tasks._clips import Wanted, choose
from aural.tasks._frames import Frames, frames_of, peaks, runs, thresholds
from aural.tasks._task import Task

_ROLE = "note_finder"
_WANTED = Wanted("notes", ("notes",), "there is no model for notes on this machine")
_BEGINS = " begins"  # ends the label that tells the first frame of a note
_APART = 0.05  # s: one pitch is not struck twice within this


@dataclass(frozen=True)
class Options:
    """How notes are read off the frames."""

    threshold: float | None = option(None, "score at which a note is there; not set = what the model's card says", least=0, most=1)
    min_length: float = option(0.05, "shorter notes are left out", unit="s", least=0)


def run(source: Source, shelf: Shelf, options: Options, progress: Progress) -> Result:
    """Notes sorted by start. Raises: ModelMissing without a model, UsageError for one that tells no notes."""
    choose(shelf, _ROLE, _WANTED)
    with shelf.open(_ROLE) as model:
        heard = frames_of(source, model, progress, "notes")
        labels, least = model.card.labels, thresholds(model.card, options.threshold)
        name = model.card.name
    if not any(label.isdigit() for label in labels):
        raise UsageError(f"{name} tells no notes", where="--model", fix="Train one: aural train notes ROWS")
    duration = source.recording.duration
    assert duration is not None
    notes = read(heard, labels, least, duration, options.min_length)
    return Result(source.recording, dict(shelf.made_by), notes=notes)


def read(heard: Frames, labels: tuple[str, ...], least: np.ndarray, duration: float, shortest: float) -> tuple[Note, ...]:
    """Notes from frames [F, K]: a stretch in which a pitch is there, cut where it is struck again."""
    found = []
    for k, label in enumerate(labels):
        if not label.isdigit():
            continue
        struck: list[int] = []
        if label + _BEGINS in labels:
            at = labels.index(label + _BEGINS)
            struck = peaks(heard.values[:, at], float(least[at]), max(1, round(_APART / heard.hop)))
        for first, last in runs(heard.values[:, k], float(least[k]), float(least[k])):
            cuts = [first, *(f for f in struck if first + 1 < f < last - 1), last]
            for a, b in itertools.pairwise(cuts):
                start, end = a * heard.hop, min(b * heard.hop, duration)
                if end - start >= shortest and start < duration:
                    found.append(Note(*grid_span(start, end, duration), float(label)))
    return tuple(sorted(found, key=lambda n: (n.start, n.pitch)))


def show(result: Result) -> str:
    """One line a note."""
    rows = [f"{clock(n.start):>10} - {clock(n.end):>10}  {n.pitch:g}" for n in result.notes or ()]
    return "\n".join(rows) or "No note was found."


TASK = Task("source", Options, run, show, {_ROLE: ""}, _ROLE, Question("sequence", "set"))
