"""The first stage: one model for each phone, begun from frames that are shared out evenly over the phones of their texts."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from aural.errors import LearningError
from aural.learn.hidden_markov.recordings import Utterance
from aural.learn.hidden_markov.rounds import Lesson, Plan, aligned, flat, joined, taught
from aural.models.acoustics import SILENCE, Acoustics
from aural.models.text_graph import PAUSE, Laid, Piece
from aural.patterns.gaussian_mixtures import single
from aural.patterns.phonetic_tree import STATES, untied
from aural.sound.cepstra import Cepstra, with_deltas
from aural.text.pronunciation.dictionary import Dictionary

ROUNDS, ANEW = 30, (1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 15, 18, 21, 25)
_ENOUGH = 180_000  # frames
_QUIET = 0.3  # between the softest and the loudest frames: what lies below at both ends of a clip begins as silence


def monophones(
    utterances: Sequence[Utterance], dictionary: Dictionary, front: Cepstra, gaussians: int, say: Callable[[str], None]
) -> tuple[Acoustics, Lesson]:
    """Models of the phones of a dictionary, and the alignment they end with. Raises: LearningError where no clip is long enough."""
    phones = (SILENCE, *dictionary.phones)
    first = shortest(utterances)
    lesson = Lesson(first, [with_deltas(u.cepstra) for u in first], [spread(u, dictionary, phones) for u in first])
    if not any(one is not None for one in lesson.laid):
        raise LearningError("no clip has as many frames as its text has phones", fix="Are these recordings of these texts?")
    frames, states = joined(lesson)
    mixtures = single(frames, states, STATES * len(phones))
    model = Acoustics(phones, front, untied(len(phones)), mixtures, flat(mixtures))
    model, lesson = taught(model, lesson, Plan(ROUNDS, ANEW, gaussians), dictionary, say)
    if len(first) < len(utterances):
        lesson = Lesson(utterances, [with_deltas(u.cepstra) for u in utterances], [None] * len(utterances))
        lesson = aligned(model, lesson, dictionary)
    return model, lesson


def shortest(utterances: Sequence[Utterance]) -> list[Utterance]:
    """The shortest utterances up to half an hour: enough for monophones, and easiest to lay over their texts at first."""
    order = sorted(range(len(utterances)), key=lambda k: (len(utterances[k].cepstra), k))
    frames = np.cumsum([len(utterances[k].cepstra) for k in order])
    count = int(np.searchsorted(frames, _ENOUGH)) + 1
    return [utterances[k] for k in sorted(order[:count])]


def spread(utterance: Utterance, dictionary: Dictionary, phones: Sequence[str]) -> Laid | None:
    """The frames evenly over the first way of each word, silence at soft ends; None where there are too few frames."""
    level = utterance.cepstra[:, 0]
    ways = [dictionary.of(word) for word in utterance.words]
    if not all(ways) or not len(level):
        return None
    spoken = [(word, phone) for word, own in enumerate(ways) for phone in own[0]]
    low, high = np.percentile(level, [2, 98])
    inside = np.flatnonzero(level > low + _QUIET * (high - low))
    begin, end = (int(inside[0]), int(inside[-1]) + 1) if len(inside) else (0, len(level))
    steps = STATES * len(spoken)
    if end - begin < steps:
        begin, end = 0, len(level)
    if end - begin < steps:
        return None
    numbers = {phone: i for i, phone in enumerate(phones)}
    pieces = [Piece(PAUSE, (0, 0, 0)), *(Piece(word, (0, numbers[phone], 0)) for word, phone in spoken)]
    places = (np.arange(end - begin) * steps) // (end - begin)
    of, step = np.zeros(len(level), int), np.zeros(len(level), int)
    of[begin:end], step[begin:end] = 1 + places // STATES, places % STATES
    for a, b in ((0, begin), (end, len(level))):
        step[a:b] = (np.arange(b - a) * STATES) // max(b - a, 1)
    states = np.array([p.context[1] for p in pieces])[of] * STATES + step
    return Laid(states, of, step, tuple(pieces), 0.0)
