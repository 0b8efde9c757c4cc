"""What is heard when: sounds with start, end and score; --watch for chosen ones"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, final

import numpy as np

from aural.errors import UsageError
from aural.models.face import Scorer
from aural.models.shelf import Shelf
from aural.progress import Progress
from aural.results import Curve, Event, Question, Result, clock
from aural.settings import option
from aural.sound.source import Source
from aural.tasks._events import Follower, Found, Levels, as_event, joined, without_doubles
from aural.tasks._frames import Frames, Rule, by_frames, events_of, frames_of, smoothed, thresholds
from aural.tasks._hearing import Heard, Walk, mono_blocks
from aural.tasks._kinds import Kinds, kinds_of
from aural.tasks._music import Music
from aural.tasks._task import Task


@dataclass(frozen=True)
class Options:
    """How sounds are found."""

    threshold: float | None = option(
        None, "a sound begins when its score reaches this; not set = 0.4, or what the model's card says of each", least=0, most=1
    )
    keep: float | None = option(
        None, "and lasts while its score stays above this; not set = 0.2, or half of the card's", least=0, most=1
    )
    gap: float = option(0.5, "pauses up to this are part of a sound", unit="s", least=0)
    min_length: float = option(0.0, "sounds shorter than this are left out", unit="s", least=0)
    watch: tuple[str, ...] = option((), "only these sounds, such as Glass,Siren; a general name stands for all its kinds")
    speech: bool = option(True, "tell speech too (listen does not: there speech has words)")
    all_names: bool = option(False, "keep general names beside special ones: Animal, Dog and Bark for one bark")
    smooth: float = option(0.2, "scores of a model for frames are smoothed by a running median of this length", unit="s", least=0)
    scores: bool = option(False, "tell the scores over time too, as curves (models for frames)")


SCORE = "score"  # the unit of the curves that tell scores
_BEGINS, _KEEPS = 0.4, 0.2
# What `listen` asks for: speech has words there, and a wrong sound in a conversation disturbs more than a missed one.
BESIDE_SPEECH = Options(threshold=0.6, speech=False)


@final
class Ear:
    """Finds sounds in samples that come block by block: what `detect` and `listen` share.

        ear = Ear(model, BESIDE_SPEECH); ear.push(samples) ...; events = ear.finish(duration)

    The model is any tagger. Raises: UsageError for a watched sound that it does not know.
    """

    def __init__(self, model: Scorer, options: Options) -> None:
        begins, keeps = _bounds(options)
        self._options, self._kinds = options, kinds_of(model.card.labels)
        self._walk = Walk(model)
        self._follower = Follower(len(model.card.labels), self._wanted(), begins, keeps)
        self._levels = Levels(model.card.sample_rate)
        self.music = Music(model)

    def push(self, samples: np.ndarray) -> None:
        """The next samples [t] at the model's rate."""
        self._levels.push(samples)
        for heard in self._walk.push(samples):
            self._take(heard)

    def finish(self, duration: float) -> tuple[Event, ...]:
        """All events of a recording of `duration` seconds, sorted by start."""
        for heard in self._walk.finish():
            self._take(heard)
        found = joined(self._follower.finish(), round(self._options.gap * self._walk.grid.rate / self._walk.grid.hop))
        if not self._options.all_names:
            found = without_doubles(found, self._kinds)
        levels = self._levels.all()
        events = [self._event(f, levels, duration) for f in found]
        return tuple(sorted((e for e in events if e.duration >= self._options.min_length), key=lambda e: (e.start, e.end, e.label)))

    def _take(self, heard: Heard) -> None:
        self._follower.push(heard)
        self.music.take(heard)

    def _event(self, found: Found, levels: np.ndarray, duration: float) -> Event:
        return as_event(found, self._kinds.labels[found.kind], self._walk.grid, levels, duration)

    def _wanted(self) -> Iterator[int]:
        return _wanted(self._kinds, self._options)


def _bounds(options: Options) -> tuple[float, float]:
    """Where a sound begins and how long it lasts. Raises: UsageError for what is no score."""
    begins = _BEGINS if options.threshold is None else options.threshold
    keeps = _KEEPS if options.keep is None else options.keep
    if not 0 < begins <= 1 or not 0 <= keeps <= 1:
        raise UsageError(f"scores lie between 0 and 1, not {begins:g} and {keeps:g}", where="--threshold")
    return begins, keeps


def _wanted(kinds: Kinds, options: Options) -> Iterator[int]:
    """The kinds that are told."""
    watched = kinds.named(options.watch)
    for kind in range(len(kinds.labels)):
        if watched:
            if kind in watched:
                yield kind
        elif kind not in kinds.settings and (options.speech or kind not in kinds.speech):
            yield kind


def _by_frames(model: Scorer, source: Source, options: Options, progress: Progress) -> tuple[tuple[Event, ...], tuple[Curve, ...]]:
    """Events of a model for frames, by the thresholds of its card, and its scores over time where they are asked for."""
    card = model.card
    _bounds(options)
    frames = frames_of(source, model, progress, "sounds")
    wanted = np.array(sorted(_wanted(kinds_of(card.labels), options)), int)
    high = thresholds(card, options.threshold)[wanted]
    low = high / 2 if options.keep is None else np.minimum(options.keep, high)
    heard, labels = Frames(frames.values[:, wanted], frames.hop), [card.labels[k] for k in wanted]
    duration = source.recording.duration
    assert duration is not None
    found = events_of(heard, labels, Rule(high, low, options.smooth, options.gap, options.min_length), duration)
    told = smoothed(heard.values, round(options.smooth / heard.hop)) if options.scores else heard.values[:, :0]
    return found, tuple(Curve(labels[k], SCORE, 0.0, heard.hop, told[:, k]) for k in range(told.shape[1]))


def heard(source: Source, model: Scorer, options: Options, progress: Progress) -> tuple[Event, ...]:
    """The events of any tagger: for frames, for patches, or for clips, which it is asked of one after the other."""
    if by_frames(model.card):
        return _by_frames(model, source, options, progress)[0]
    ear = Ear(model, options)
    for samples in mono_blocks(source, model.card.sample_rate, progress, "sounds"):
        ear.push(samples)
    assert source.recording.duration is not None
    return ear.finish(source.recording.duration)


def run(source: Source, shelf: Shelf, options: Options, progress: Progress) -> Result:
    """Events of layer "sound" in a recording of any length."""
    with shelf.open("tagger") as model:
        if by_frames(model.card):
            found, curves = _by_frames(model, source, options, progress)
            return Result(source.recording, dict(shelf.made_by), events=found, curves=curves or None)
        events = heard(source, model, options, progress)
    return Result(source.recording, dict(shelf.made_by), events=events)


def show(result: Result) -> str:
    """One line an event: when, what, how sure."""
    rows = [f"{clock(e.start):>10} - {clock(e.end):>10}  {e.label}  {e.score:.2f}" for e in result.events or ()]
    return "\n".join(rows) or "No sound was found."


def score(clip: Any, result: Result) -> tuple[Any, Any]:
    """What `evaluate detect` compares: the clip's events and those that were found."""
    return clip.events, result.events


TASK = Task("source", Options, run, show, {"tagger": "yamnet"}, "tagger", Question("frame", "set"), score=score)
