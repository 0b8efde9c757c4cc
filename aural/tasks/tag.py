"""What is heard in a clip: the kinds of sound with their scores."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, final

import numpy as np

from aural.errors import UsageError
from aural.models.shelf import Shelf
from aural.progress import Progress
from aural.results import Label, Question, Result
from aural.settings import option
from aural.sound.source import Source
from aural.tasks._hearing import Heard, hear, mono_blocks
from aural.tasks._kinds import strongest
from aural.tasks._task import Task

_SILENCE = "Silence"
_SILENT = 10 ** (-65 / 20)  # the level (root mean square) below which a clip holds nothing to tag


@dataclass(frozen=True)
class Options:
    """How many names are told."""

    top: int = option(5, "how many kinds of sound, best first; 0 = all that the tagger knows", also=("--top-k",), least=0)
    min_score: float = option(0.0, "leave out what scores less than this", least=0, most=1)


@final
class Average:
    """The scores of a whole clip from those of its frames, each weighted by its level.

    Padding with silence therefore changes nothing, and "Silence" is told only of a silent clip.
    """

    def __init__(self, labels: tuple[str, ...]) -> None:
        self._labels, self._sum, self._weight, self._loudest = labels, np.zeros(len(labels)), 0.0, 0.0

    def push(self, heard: Heard) -> None:
        """The next frames."""
        self._sum += heard.level @ heard.probabilities
        self._weight += float(heard.level.sum())
        self._loudest = max(self._loudest, float(heard.level.max(initial=0.0)))

    def scores(self) -> np.ndarray:
        """Probabilities [K] of the clip."""
        silence = self._labels.index(_SILENCE) if _SILENCE in self._labels else None
        if self._loudest < _SILENT:
            only = np.zeros(len(self._labels))
            if silence is not None:
                only[silence] = 1.0
            return only
        scores = np.clip(self._sum / self._weight, 0.0, 1.0)
        if silence is not None:
            scores[silence] = 0.0
        return scores


def run(source: Source, shelf: Shelf, options: Options, progress: Progress) -> Result:
    """Labels of a recording of any length, best first."""
    if options.top < 0:
        raise UsageError(f"--top is {options.top}", fix="It is a number of kinds, or 0 for all")
    with shelf.open("tagger") as model:
        average = Average(model.card.labels)
        for heard in hear(mono_blocks(source, model.card.sample_rate, progress, "sounds"), model):
            average.push(heard)
        labels = model.card.labels
    scores = average.scores()
    best = strongest(scores, options.top or len(labels))
    told = tuple(Label(labels[k], round(float(scores[k]), 6)) for k in best if scores[k] > 0 or not options.top)
    return Result(source.recording, dict(shelf.made_by), labels=tuple(t for t in told if (t.score or 0.0) >= options.min_score))


def show(result: Result) -> str:
    """One line a label: the score and the name."""
    return "\n".join(f"{label.score:.2f}  {label.label}" for label in result.labels or ()) or "Nothing was heard."


def score(clip: Any, result: Result) -> tuple[Any, Any]:
    """What `evaluate tag` compares: the clip's label(s) and the scores of all kinds."""
    return clip.labels or clip.label, result.labels


TASK = Task("source", Options, run, show, {"tagger": "yamnet"}, "tagger", Question("clip", "set"), score=score)
