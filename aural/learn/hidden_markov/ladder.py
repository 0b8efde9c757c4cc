"""The ladder of stages: each begins with what the one before it knows, and is judged on the validation clips as it is reached;
there the weights of the last one are chosen."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from aural.beams.lattice import Lattice
from aural.beams.ngrams import NGrams
from aural.beams.token_passing import Search, Weights
from aural.learn.hidden_markov import speakers
from aural.learn.hidden_markov.judging import lattices, weighed, wrong_in
from aural.learn.hidden_markov.monophones import monophones
from aural.learn.hidden_markov.projected import projected
from aural.learn.hidden_markov.recordings import Utterance
from aural.learn.hidden_markov.rounds import Lesson
from aural.learn.hidden_markov.triphones import triphones
from aural.models.pipeline import Pipeline
from aural.sound.cepstra import HOP, Cepstra
from aural.text.pronunciation.dictionary import Dictionary
from aural.text.units import MOST_WORDS

STAGES = ("mono", "tri", "lda", "sat", "hybrid")


@dataclass(frozen=True, eq=False)
class Course:
    """What all stages share. `gaussians` and `leaves`: 0 = by how much there is to learn from; `width` and `epochs`: of the net."""

    dictionary: Dictionary
    language: NGrams
    front: Cepstra
    utterances: Sequence[Utterance]
    valid: Sequence[Utterance]
    say: Callable[[str], None]
    weights: Weights
    gaussians: int = 0
    leaves: int = 0
    width: int = 256
    epochs: int = 6
    seed: int = 0
    threads: int = 0

    @property
    def hours(self) -> float:
        """Of all that is heard."""
        return sum(len(u.cepstra) for u in self.utterances) * HOP / 3600

    def size(self, least: int, each: int, most: int) -> int:
        """Gaussians: as many as asked for, else `each` for an hour within bounds."""
        return self.gaussians or round(np.clip(each * self.hours, least, most))


@dataclass(frozen=True, eq=False)
class Rung:
    """A stage that was reached: its pipeline, what the next one begins with, and its figures."""

    pipeline: Pipeline
    lesson: Lesson
    told: Mapping[str, Any]


def usual(words: int) -> tuple[str, ...]:
    """The stages for a vocabulary of so many words."""
    return STAGES[:2] if words <= MOST_WORDS else STAGES[:4]


def climbed(course: Course, stages: Sequence[str], net: Path) -> list[Rung]:
    """All stages in turn; a net is written to the path `net`."""
    rungs: list[Rung] = []
    for stage in stages:
        begun = time.monotonic()
        course.say(f"{stage}:")
        pipeline, lesson = _stage(stage, course, rungs[-1] if rungs else None, net)
        taken = round(time.monotonic() - begun, 1)
        search = pipeline.search()
        found = lattices(pipeline, search, course.valid)
        wrong, words = wrong_in(search, found, course.valid), sum(len(u.words) for u in course.valid)
        mixtures = (pipeline.adapted or pipeline.acoustics).mixtures
        told: dict[str, Any] = {
            "stage": stage, "wrong": wrong, "words": words, "wer": wrong / max(words, 1), "seconds": taken,
            "states": mixtures.states, "gaussians": len(mixtures.shares),
            "parameters": net.stat().st_size // 4 if pipeline.net else 2 * mixtures.means.size + len(mixtures.shares),
        }  # fmt: skip
        course.say(f"  {stage}: {100 * told['wer']:.1f} % of {words} words of valid are wrong; learned in {taken:.0f} s")
        rungs.append(Rung(pipeline, lesson, told))
    rungs[-1] = _weighed(rungs[-1], search, found, course)
    return rungs


def _weighed(last: Rung, search: Search, found: Sequence[Lattice], course: Course) -> Rung:
    """The last rung with the weights that suit the validation clips."""
    pipeline, wrong = weighed(last.pipeline, search, found, course.valid)
    if pipeline is last.pipeline:
        return last
    weights, words = pipeline.weights, last.told["words"]
    course.say(f"  weights: {weights.language:.2f} for log P(W), {weights.bonus:+.1f} a word: {100 * wrong / words:.1f} %")
    return Rung(pipeline, last.lesson, {**last.told, "wrong": wrong, "wer": wrong / words})


def _stage(stage: str, course: Course, before: Rung | None, net: Path) -> tuple[Pipeline, Lesson]:
    if before is None:
        model, lesson = monophones(course.utterances, course.dictionary, course.front, course.size(300, 3000, 1000), course.say)
        return Pipeline(model, course.dictionary, course.language, course.weights), lesson
    pipeline, lesson = before.pipeline, before.lesson
    model = pipeline.acoustics
    phones = 3 * len(model.phones)
    sizes = course.leaves or round(np.clip(phones + 400 * course.hours, phones, 2500)), course.size(600, 3500, 15000)
    if stage == "tri":
        model, lesson = triphones(model, lesson, course.dictionary, sizes, course.say)
    elif stage == "lda":
        model, lesson = projected(model, lesson, course.dictionary, sizes, course.say)
    elif stage == "sat":
        adapted, lesson = speakers.adapted(model, lesson, course.dictionary, sizes[1], course.say)
        return dataclasses.replace(pipeline, adapted=adapted), lesson
    else:
        from aural.learn.hidden_markov import hybrid  # it alone needs torch

        return dataclasses.replace(pipeline, net=hybrid.learned(lesson, model.mixtures.states, net, course)), lesson
    return dataclasses.replace(pipeline, acoustics=model), lesson
