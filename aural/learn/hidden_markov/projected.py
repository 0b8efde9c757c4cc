"""The third stage: what is heard is chosen from nine frames by LDA, then turned by MLLT until Gaussians may be diagonal."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np

from aural.learn.hidden_markov.recordings import Utterance
from aural.learn.hidden_markov.rounds import Lesson, Plan, joined, lasting, taught
from aural.learn.hidden_markov.triphones import grown_up
from aural.models.acoustics import Acoustics
from aural.patterns.discriminant import discriminant
from aural.patterns.gaussian_mixtures import Mixtures, grouped, single
from aural.patterns.semi_tied import gain, semi_tied
from aural.sound.cepstra import spliced
from aural.text.pronunciation.dictionary import Dictionary

AROUND, WIDTH = 4, 40
_BEGIN, _BETWEEN, _END = Plan(4, (3,), 0, 1.0), Plan(3, (2,), 0, 1.0), Plan(10, (3, 6), 0, 0.7)
_MEASURED = 150_000  # frames that a matrix is estimated from


def projected(
    model: Acoustics, lesson: Lesson, dictionary: Dictionary, sizes: tuple[int, int], say: Callable[[str], None]
) -> tuple[Acoustics, Lesson]:
    """Triphones over LDA and MLLT with sizes = (states, Gaussians), begun from an alignment."""
    matrix = _discriminant(lesson)
    model = dataclasses.replace(model, matrix=matrix, around=AROUND)
    model, lesson = grown_up(model, _heard(model, lesson), sizes[0])
    frames, states = joined(lesson)
    model = dataclasses.replace(model, mixtures=single(frames, states, model.tree.states), stay=lasting(lesson, model.tree.states))
    for share, plan in ((0.3, _BEGIN), (0.6, _BETWEEN), (1.0, _END)):
        model, lesson = taught(model, lesson, dataclasses.replace(plan, gaussians=round(share * sizes[1])), dictionary, say)
        if plan is not _END:
            model, lesson = _turned(model, lesson, say)
    return model, lesson


def _discriminant(lesson: Lesson) -> np.ndarray:
    step = max(1, sum(len(x) for x in lesson.heard) // _MEASURED)
    pairs = [
        (_around(u)[::step], one.states[::step]) for u, one in zip(lesson.utterances, lesson.laid, strict=True) if one is not None
    ]
    return discriminant(np.concatenate([x for x, _ in pairs]), np.concatenate([s for _, s in pairs]), WIDTH)


def _around(utterance: Utterance) -> np.ndarray:
    return spliced(utterance.cepstra, AROUND)


def _heard(model: Acoustics, lesson: Lesson) -> Lesson:
    return dataclasses.replace(lesson, heard=[model.heard(u.cepstra) for u in lesson.utterances])


def _turned(model: Acoustics, lesson: Lesson, say: Callable[[str], None]) -> tuple[Acoustics, Lesson]:
    """The model behind an MLLT of its own frames."""
    frames, states = joined(lesson)
    step = max(1, len(frames) // _MEASURED)
    frames, states = frames[::step], states[::step]
    away, variances = nearest(model.mixtures, frames, states)
    turn = semi_tied(away, variances)
    more = gain(turn, away, variances) - gain(np.eye(len(turn)), away, variances)
    say(f"  MLLT: log p of a frame {more:+.3f}")
    assert model.matrix is not None
    mixtures = dataclasses.replace(model.mixtures, means=model.mixtures.means @ turn.T)
    model = dataclasses.replace(model, matrix=turn @ model.matrix, mixtures=mixtures)
    return model, _heard(model, lesson)


def nearest(mixtures: Mixtures, frames: np.ndarray, states: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Frames [N, D] minus the mean of their state's likeliest Gaussian, and its variances [N, D]."""
    away, variances = np.empty(frames.shape, np.float64), np.empty(frames.shape, np.float64)
    for state, own in grouped(states):
        chosen = int(mixtures.first[state]) + mixtures.posteriors(frames[own], state).argmax(axis=1)
        away[own], variances[own] = frames[own] - mixtures.means[chosen], mixtures.variances[chosen]
    return away, variances
