"""When something begins: the moments at which notes, drums or words start, by a model that you trained"""

from __future__ import annotations

from dataclasses import dataclass

from aural.models.shelf import Shelf
from aural.progress import Progress
from aural.results import Event, Question, Result, clock, grid_span
from aural.settings import option
from aural.sound.source import Source
from aural.tasks._clips import Wanted, choose
from aural.tasks._frames import frames_of, peaks, thresholds
from aural.tasks._task import Task

LAYER = "onset"
_ROLE = "onset_finder"
_WANTED = Wanted("onsets", ("onsets",), "there is no model for onsets on this machine")
_SHOWN = 0.010  # s: the length of the event that stands for a moment


@dataclass(frozen=True)
class Options:
    """How moments are read off the frames."""

    threshold: float | None = option(None, "score that a moment reaches; not set = what the model's card says", least=0, most=1)
    apart: float = option(0.03, "two moments are at least so far from one another", unit="s", least=0.001)


def run(source: Source, shelf: Shelf, options: Options, progress: Progress) -> Result:
    """Events of layer "onset" that begin where something begins. Raises: ModelMissing without a model."""
    choose(shelf, _ROLE, _WANTED)
    with shelf.open(_ROLE) as model:
        heard = frames_of(source, model, progress, "onsets")
        card = model.card
    duration = source.recording.duration
    assert duration is not None
    events = []
    for k, (label, least) in enumerate(zip(card.labels, thresholds(card, options.threshold), strict=True)):
        for frame in peaks(heard.values[:, k], float(least), max(1, round(options.apart / heard.hop))):
            # The middle of the frame: what begins inside it is then at most half a frame off.
            start = min((frame + 0.5) * heard.hop, max(duration - 0.001, 0.0))
            score = round(float(heard.values[frame, k]), 4)
            events.append(Event(*grid_span(start, start + _SHOWN, duration), label, score=score, layer=LAYER))
    return Result(source.recording, dict(shelf.made_by), events=tuple(sorted(events, key=lambda e: (e.start, e.label))))


def show(result: Result) -> str:
    """One line a moment."""
    return "\n".join(f"{clock(e.start):>10}  {e.label}  {e.score:.2f}" for e in result.events or ()) or "Nothing begins here."


TASK = Task("source", Options, run, show, {_ROLE: ""}, _ROLE, Question("sequence", "number"))
