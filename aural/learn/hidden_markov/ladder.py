"""The ladder of stages: each begins with what the one before it knows, and is judged on the validation clips as it is reached."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from aural.beams.lattice import readings
from aural.beams.ngrams import NGrams
from aural.beams.token_passing import Weights
from aural.learn.hidden_markov.monophones import monophones
from aural.learn.hidden_markov.recordings import Utterance
from aural.learn.hidden_markov.rounds import Lesson
from aural.metrics.words import word_errors
from aural.models.acoustics import Acoustics
from aural.models.engines.hmm import Pipeline
from aural.sound.cepstra import Cepstra
from aural.text.pronunciation.dictionary import Dictionary
from aural.text.units import MOST_WORDS

STAGES = ("mono", "tri", "lda", "sat", "hybrid")
_SOME = 200  # validation clips that a stage on the way is judged on


@dataclass(frozen=True, eq=False)
class Course:
    """What all stages share. `gaussians` and `leaves`: 0 = by how much there is to learn from."""

    dictionary: Dictionary
    language: NGrams
    front: Cepstra
    utterances: Sequence[Utterance]
    valid: Sequence[Utterance]
    say: Callable[[str], None]
    gaussians: int = 0
    leaves: int = 0

    @property
    def frames(self) -> int:
        return sum(len(u.cepstra) for u in self.utterances)


@dataclass(frozen=True, eq=False)
class Rung:
    """A stage that was reached: its pipeline, what the next one begins with, and its figures."""

    pipeline: Pipeline
    lesson: Lesson
    told: Mapping[str, Any]


def usual(words: int) -> tuple[str, ...]:
    """The stages for a vocabulary of so many words."""
    return STAGES[:1] if words <= MOST_WORDS else STAGES[:4]


def climbed(course: Course, stages: Sequence[str], folder: Path, seed: int) -> list[Rung]:
    """All stages in turn."""
    rungs: list[Rung] = []
    for stage in stages:
        begun = time.monotonic()
        course.say(f"{stage}:")
        model, lesson = _stage(stage, course, rungs[-1] if rungs else None)
        pipeline = Pipeline(model, course.dictionary, course.language, Weights())
        wrong, words = judged(pipeline, course.valid[:_SOME])
        told: dict[str, Any] = {
            "stage": stage, "wer": wrong / max(words, 1), "words": words, "seconds": round(time.monotonic() - begun, 1),
            "states": model.mixtures.states, "gaussians": len(model.mixtures.shares),
        }  # fmt: skip
        course.say(f"  {stage}: {100 * told['wer']:.1f} % of {words} words of valid are wrong; {told['seconds']:.0f} s")
        rungs.append(Rung(pipeline, lesson, told))
    return rungs


def _stage(stage: str, course: Course, before: Rung | None) -> tuple[Acoustics, Lesson]:
    hours = course.frames / 360_000
    if before is None:
        # HTK's and Kaldi's recipes give monophones about a thousand Gaussians; a few words need fewer.
        count = course.gaussians or round(np.clip(3000 * hours, 300, 1000))
        return monophones(course.utterances, course.dictionary, course.front, count, course.say)
    raise NotImplementedError(stage)


def judged(pipeline: Pipeline, utterances: Sequence[Utterance]) -> tuple[int, int]:
    """How many words of utterances are wrong, and how many there are."""
    search, wrong, words = pipeline.search(), 0, 0
    for one in utterances:
        scores = pipeline.acoustics.mixtures.scores(pipeline.acoustics.heard(one.cepstra))
        found = readings(search.lattice(scores), 1)
        told = [search.words[n] for n in found[0].words] if found else []
        wrong, words = wrong + word_errors(one.words, told).total, words + len(one.words)
    return wrong, words
