"""Whether voices sound female or male: a class of voice, not who somebody is"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, final

import numpy as np

from aural.models import store
from aural.models.face import Scorer
from aural.models.shelf import Shelf
from aural.progress import Progress
from aural.results import Event, Label, Question, Result, Span, clock
from aural.settings import option
from aural.sound.source import Source
from aural.tasks import vad
from aural.tasks._hearing import Walk, mono_blocks
from aural.tasks._task import Task

LAYER = "gender"
_WINDOW = 2.0  # s: a model for whole clips is asked of stretches of at most this, so that turns keep their own answers
_CLASSES = "classifier"  # the role of models that `train classify` makes: they answer here, too


@dataclass(frozen=True)
class Options:
    """What is told beside the answer for the whole recording."""

    spans: bool = option(True, "tell each stretch of speech too, as events of layer gender")
    min_speech: float = option(0.5, "a stretch shorter than this gets no answer of its own", unit="s", least=0)


@final
class Voices:
    """Hears blocks once and answers for any spans afterwards: what `gender` and `listen --who` share."""

    def __init__(self, model: Scorer) -> None:
        self._walk, self._labels = Walk(model, _WINDOW), model.card.labels
        self._scores: list[np.ndarray] = [np.zeros((0, len(self._labels)), np.float32)]
        self._middle = np.zeros(0)

    def push(self, samples: np.ndarray) -> None:
        """The next samples [t] at the model's rate."""
        self._scores += [h.probabilities for h in self._walk.push(samples)]

    def finish(self) -> None:
        """Nothing more comes; from now on `over` may be asked."""
        self._scores = [np.concatenate([*self._scores, *(h.probabilities for h in self._walk.finish())])]
        grid = self._walk.grid
        self._middle = (np.arange(len(self._scores[0])) * grid.hop + grid.window / 2) / grid.rate

    def over(self, spans: Sequence[Span]) -> tuple[Label, ...] | None:
        """Labels, best first, their scores adding up to 1, from the frames in the middle of which somebody speaks.

        Where no frame's middle lies in the spans the nearest frame answers; None without spans.
        """
        if not spans or not len(self._middle):
            return None
        inside = np.zeros(len(self._middle), bool)
        for span in spans:
            inside[np.searchsorted(self._middle, span.start) : np.searchsorted(self._middle, span.end)] = True
        if not inside.any():
            inside[np.abs(self._middle - (spans[0].start + spans[0].end) / 2).argmin()] = True
        mean = self._scores[0][inside].mean(0, dtype=np.float64)
        mean = mean / mean.sum()
        return tuple(Label(self._labels[k], round(float(mean[k]), 4)) for k in np.argsort(-mean, kind="stable"))


def run(source: Source, shelf: Shelf, options: Options, progress: Progress) -> Result:
    """Labels for all speech of a recording; events of layer "gender" for its stretches. No speech, no labels."""
    speech = vad.TASK.run(source, shelf, vad.Options(), progress).speech or ()
    events: list[Event] = []
    labels: tuple[Label, ...] = ()
    if speech:
        with shelf.open(role_of(shelf)) as model:
            voices = Voices(model)
            for samples in mono_blocks(source, model.card.sample_rate, progress, "voices"):
                voices.push(samples)
            voices.finish()
        labels = voices.over(speech) or ()
        for span in speech if options.spans else ():
            best = voices.over([span])
            if best and span.duration >= options.min_speech:
                events.append(Event(span.start, span.end, best[0].label, score=best[0].score, layer=LAYER))
    return Result(source.recording, dict(shelf.made_by), speech=speech, labels=labels,
                  events=tuple(events) if options.spans else None)  # fmt: skip


def role_of(shelf: Shelf) -> str:
    """The role under which the chosen model opens."""
    chosen = shelf.choices["gender"]
    if not store.is_hub_name(chosen) and store.entry_of(chosen).card.role == _CLASSES:
        shelf.choices[_CLASSES] = chosen
        return _CLASSES
    return "gender"


def show(result: Result) -> str:
    """The answer for all, then one line a stretch."""
    if not result.labels:
        return "No speech was found."
    rows = [f"{label.score:.2f}  {label.label}" for label in result.labels]
    return "\n".join(rows + [f"{clock(e.start):>10} - {clock(e.end):>10}  {e.label}  {e.score:.2f}" for e in result.events or ()])


def score(clip: Any, result: Result) -> tuple[Any, Any]:
    """What `evaluate gender` compares: the clip's label and the labels that were given."""
    return clip.label or clip.gender, result.labels


TASK = Task(
    "source", Options, run, show, {"gender": "ina-gender", "vad": "silero-vad"}, "gender", Question("clip", "class"), score=score
)
