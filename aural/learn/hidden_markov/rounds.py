"""Viterbi training: lay all frames over their texts, improve the mixtures with them, let mixtures grow, and again."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from aural.learn.hidden_markov.recordings import Utterance
from aural.models.acoustics import Acoustics
from aural.models.text_graph import Laid, laid, runs
from aural.patterns.gaussian_mixtures import Mixtures, grown, improved
from aural.patterns.phonetic_tree import STATES
from aural.text.pronunciation.dictionary import Dictionary

_LASTS = (0.05, 0.98)  # bounds of the chance that a state lasts


@dataclass(frozen=True)
class Plan:
    """Rounds of improvement, the rounds (from 0) before which frames are laid anew, and the Gaussians at the end."""

    rounds: int
    anew: tuple[int, ...]
    gaussians: int
    growing: float = 0.7  # part of the rounds over which the mixtures grow


@dataclass(frozen=True, eq=False)
class Lesson:
    """What a stage learns from: utterances, what the mixtures hear of each [F, D], and how frames lie over the texts (None =
    not at all, where no path fits)."""

    utterances: Sequence[Utterance]
    heard: Sequence[np.ndarray]
    laid: Sequence[Laid | None]


def taught(
    model: Acoustics, lesson: Lesson, plan: Plan, dictionary: Dictionary, say: Callable[[str], None]
) -> tuple[Acoustics, Lesson]:
    """The model after all rounds, and the lesson with the last alignment."""
    frames, states = joined(lesson)
    sizes = np.linspace(0, 1, max(2, round(plan.growing * plan.rounds)))
    likely = []
    for turn in range(plan.rounds):
        if turn in plan.anew:
            lesson = aligned(model, lesson, dictionary)
            frames, states = joined(lesson)
        mixtures, mean = improved(model.mixtures, frames, states)
        likely.append(mean)
        if turn < len(sizes) and turn + 1 < plan.rounds:
            total = round(mixtures.states + sizes[turn] * max(0, plan.gaussians - mixtures.states))
            mixtures = grown(mixtures, np.bincount(states, minlength=mixtures.states).astype(float), total)
        model = dataclasses.replace(model, mixtures=mixtures, stay=lasting(lesson, mixtures.states))
    lost = sum(one is None for one in lesson.laid)
    say(
        f"  {plan.rounds} rounds, {len(model.mixtures.shares)} Gaussians in {model.mixtures.states} states, "
        f"log p of a frame {likely[0]:.2f} -> {likely[-1]:.2f}" + (f"; {lost} clips fit no path" if lost else "")
    )
    return model, lesson


def aligned(model: Acoustics, lesson: Lesson, dictionary: Dictionary) -> Lesson:
    """The lesson with its frames laid anew by a model."""
    return dataclasses.replace(
        lesson, laid=[over(model, u, x, dictionary) for u, x in zip(lesson.utterances, lesson.heard, strict=True)]
    )


def over(model: Acoustics, utterance: Utterance, heard: np.ndarray, dictionary: Dictionary) -> Laid | None:
    """The frames of an utterance over its words; None where it holds a word that cannot be said, or too few frames."""
    ways = [dictionary.of(word) for word in utterance.words]
    if not all(ways) or not len(heard):
        return None
    try:
        return laid(model, ways, heard)
    except ValueError:
        return None


def retied(model: Acoustics, lesson: Lesson) -> Lesson:
    """The lesson with the same alignment told in the tied states of another model."""
    found: list[Laid | None] = []
    for one in lesson.laid:
        if one is not None:
            table = np.array([model.states(piece.context) for piece in one.known]).reshape(-1, STATES)
            one = dataclasses.replace(one, states=table[one.pieces, one.steps])
        found.append(one)
    return dataclasses.replace(lesson, laid=found)


def joined(lesson: Lesson) -> tuple[np.ndarray, np.ndarray]:
    """All frames that lie over a text [N, D], and their states [N]."""
    pairs = [(x, one.states) for x, one in zip(lesson.heard, lesson.laid, strict=True) if one is not None]
    return np.concatenate([x for x, _ in pairs]), np.concatenate([s for _, s in pairs])


def lasting(lesson: Lesson, count: int) -> np.ndarray:
    """log-probability that each state lasts another frame [P], from how long it lasted."""
    frames, visits = np.full(count, 4.0), np.full(count, 2.0)
    for one in lesson.laid:
        if one is None:
            continue
        frames += np.bincount(one.states, minlength=count)
        begins = [a for a, _ in runs(one.pieces * STATES + one.steps)]
        visits += np.bincount(one.states[begins], minlength=count)
    return np.log(np.clip(1 - visits / frames, *_LASTS)).astype(np.float32)


def flat(mixtures: Mixtures) -> np.ndarray:
    """The chance that states last, before anything is known: half."""
    return np.full(mixtures.states, np.log(0.5), np.float32)
