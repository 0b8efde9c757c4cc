"""What is heard in a clip: the kinds of sound with their scores"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, final

import numpy as np

from aural.errors import UsageError
from aural.models.face import Scorer
from aural.models.shelf import Shelf
from aural.progress import Progress
from aural.results import Label, Question, Result
from aural.settings import option
from aural.sound.source import Source
from aural.tasks._clips import heard, over_clip
from aural.tasks._frames import by_frames, frames_of, thresholds
from aural.tasks._hearing import Heard, hear, mono_blocks
from aural.tasks._kinds import SETS, facets_of, strongest
from aural.tasks._task import Task

_TOP = 5
_SILENCE = "Silence"
_SILENT = 10 ** (-65 / 20)  # the level (root mean square) below which a clip holds nothing to tag


@dataclass(frozen=True)
class Options:
    """How many names are told."""

    top: int | None = option(
        None, "how many kinds of sound, best first; 0 = all; not set = 5, or what the model's own thresholds tell",
        also=("--top-k",), least=0,
    )  # fmt: skip
    min_score: float | None = option(None, "leave out what scores less than this", least=0, most=1)
    set: tuple[str, ...] = option(
        (), "only these sides of music: genre, mood, use, instrument, voice, or music for all; --top then counts for each",
        choices=SETS,
    )  # fmt: skip


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
    if options.top is not None and options.top < 0:
        raise UsageError(f"--top is {options.top}", fix="It is a number of kinds, or 0 for all")
    with shelf.open("tagger") as model:
        card, scores = model.card, _scores(source, model, progress)
    if options.set:
        return Result(source.recording, dict(shelf.made_by), labels=_sides(card.labels, scores, options))
    points = card.operating_points if options.top is None and options.min_score is None else {}
    if points:
        least = thresholds(card, None)
        kept = [int(k) for k in strongest(scores, len(scores)) if scores[k] >= least[k]]
    else:
        most = _TOP if options.top is None else options.top
        kept = [int(k) for k in strongest(scores, most or len(scores)) if scores[k] > 0 or not most]
        kept = [k for k in kept if scores[k] >= (options.min_score or 0.0)]
    return Result(
        source.recording, dict(shelf.made_by), labels=tuple(Label(card.labels[k], round(float(scores[k]), 6)) for k in kept)
    )


def _sides(labels: Sequence[str], scores: np.ndarray, options: Options) -> tuple[Label, ...]:
    """The best kinds of each side of music, best first."""
    most, least = _TOP if options.top is None else options.top, options.min_score or 0.0
    kept: list[int] = []
    for side in facets_of(labels, options.set):
        best = [int(k) for k in strongest(scores, len(scores)) if k in side and scores[k] >= least and (scores[k] > 0 or not most)]
        kept += best[: most or len(best)]
    kept.sort(key=lambda k: (-scores[k], k))
    return tuple(Label(labels[k], round(float(scores[k]), 6)) for k in kept)


def _scores(source: Source, model: Scorer, progress: Progress) -> np.ndarray:
    """Scores [K] of a recording, by a model for clips, for frames, or for patches."""
    card = model.card
    if card.question is not None and card.question.over == "clip":
        return np.asarray(over_clip(*heard(source, model, None, progress, "sounds")))
    if by_frames(card):
        return np.asarray(frames_of(source, model, progress, "sounds").values.max(axis=0))
    average = Average(card.labels)
    for part in hear(mono_blocks(source, card.sample_rate, progress, "sounds"), model):
        average.push(part)
    return average.scores()


def show(result: Result) -> str:
    """One line a label: the score and the name."""
    return "\n".join(f"{label.score:.2f}  {label.label}" for label in result.labels or ()) or "Nothing was heard."


def score(clip: Any, result: Result) -> tuple[Any, Any]:
    """What `evaluate tag` compares: the clip's label(s) and the scores of all kinds."""
    return clip.labels or clip.label, result.labels


TASK = Task("source", Options, run, show, {"tagger": "yamnet"}, "tagger", Question("clip", "set"), score=score)
