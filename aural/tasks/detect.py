"""What is heard when: sounds with start, end and score; --watch for chosen ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, final

import numpy as np

from aural.errors import UsageError
from aural.models.face import Scorer
from aural.models.shelf import Shelf
from aural.progress import Progress
from aural.results import Event, Question, Result, clock
from aural.settings import option
from aural.sound.source import Source
from aural.tasks._events import Follower, Found, Levels, as_event, joined, without_doubles
from aural.tasks._hearing import Walk, mono_blocks
from aural.tasks._kinds import kinds_of
from aural.tasks._task import Task


@dataclass(frozen=True)
class Options:
    """How sounds are found."""

    threshold: float = option(0.4, "a sound begins when its score reaches this; lower finds more and errs more", least=0, most=1)
    keep: float = option(0.2, "and lasts while its score stays above this, so that it does not fall apart", least=0, most=1)
    gap: float = option(0.5, "pauses up to this are part of a sound", unit="s", least=0)
    min_length: float = option(0.0, "sounds shorter than this are left out", unit="s", least=0)
    watch: tuple[str, ...] = option((), "only these sounds, such as Glass,Siren; a general name stands for all its kinds")
    speech: bool = option(True, "tell speech too (listen does not: there speech has words)")
    all_names: bool = option(False, "keep general names beside special ones: Animal, Dog and Bark for one bark")


# What `listen` asks for: speech has words there, and a wrong sound in a conversation disturbs more than a missed one.
BESIDE_SPEECH = Options(threshold=0.6, speech=False)


@final
class Ear:
    """Finds sounds in samples that come block by block: what `detect` and `listen` share.

        ear = Ear(model, BESIDE_SPEECH); ear.push(samples) ...; events = ear.finish(duration)

    The model is any tagger. Raises: UsageError for a watched sound that it does not know.
    """

    def __init__(self, model: Scorer, options: Options) -> None:
        if not 0 < options.threshold <= 1 or not 0 <= options.keep <= 1:
            raise UsageError(f"scores lie between 0 and 1, not {options.threshold:g} and {options.keep:g}", where="--threshold")
        self._options, self._kinds = options, kinds_of(model.card.labels)
        self._walk = Walk(model)
        self._follower = Follower(len(model.card.labels), self._wanted(), options.threshold, options.keep)
        self._levels = Levels(model.card.sample_rate)

    def push(self, samples: np.ndarray) -> None:
        """The next samples [t] at the model's rate."""
        self._levels.push(samples)
        for heard in self._walk.push(samples):
            self._follower.push(heard)

    def finish(self, duration: float) -> tuple[Event, ...]:
        """All events of a recording of `duration` seconds, sorted by start."""
        for heard in self._walk.finish():
            self._follower.push(heard)
        found = joined(self._follower.finish(), round(self._options.gap * self._walk.grid.rate / self._walk.grid.hop))
        if not self._options.all_names:
            found = without_doubles(found, self._kinds)
        levels = self._levels.all()
        events = [self._event(f, levels, duration) for f in found]
        return tuple(sorted((e for e in events if e.duration >= self._options.min_length), key=lambda e: (e.start, e.end, e.label)))

    def _event(self, found: Found, levels: np.ndarray, duration: float) -> Event:
        return as_event(found, self._kinds.labels[found.kind], self._walk.grid, levels, duration)

    def _wanted(self) -> Iterator[int]:
        watched = self._kinds.named(self._options.watch)
        for kind in range(len(self._kinds.labels)):
            if watched:
                if kind in watched:
                    yield kind
            elif kind not in self._kinds.settings and (self._options.speech or kind not in self._kinds.speech):
                yield kind


def run(source: Source, shelf: Shelf, options: Options, progress: Progress) -> Result:
    """Events of layer "sound" in a recording of any length."""
    with shelf.open("tagger") as model:
        ear = Ear(model, options)
        for samples in mono_blocks(source, model.card.sample_rate, progress, "sounds"):
            ear.push(samples)
        recording = source.recording
        assert recording.duration is not None
        events = ear.finish(recording.duration)
    return Result(recording, dict(shelf.made_by), events=events)


def show(result: Result) -> str:
    """One line an event: when, what, how sure."""
    rows = [f"{clock(e.start):>10} - {clock(e.end):>10}  {e.label}  {e.score:.2f}" for e in result.events or ()]
    return "\n".join(rows) or "No sound was found."


def score(clip: Any, result: Result) -> tuple[Any, Any]:
    """What `evaluate detect` compares: the clip's events and those that were found."""
    return clip.events, result.events


TASK = Task("source", Options, run, show, {"tagger": "yamnet"}, "tagger", Question("frame", "set"), score=score)
