"""What a pipeline makes of the validation clips, and how much the language is to count there.

Weights are read off lattices: the words of the best path of each under many weights at once, without searching anew.
Letters: G weights that are tried, N nodes.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from aural.beams.lattice import Lattice, readings
from aural.beams.lexical_tree import SILENCE
from aural.beams.token_passing import Search, Weights
from aural.learn.hidden_markov.recordings import Utterance
from aural.metrics.words import word_errors
from aural.models.pipeline import Pipeline
from aural.patterns.feature_transform import Evidence

_LANGUAGE = (0.5, 0.7, 0.85, 1.0, 1.2, 1.45, 1.75, 2.1)  # times what it counts now
_BONUS = tuple(range(-8, 5))  # nats beside what a word gets now


def lattices(pipeline: Pipeline, search: Search, utterances: Sequence[Utterance]) -> list[Lattice]:
    """What a search keeps of each utterance. All that a voice says tells how to adapt to it."""
    heard = [pipeline.acoustics.heard(u.cepstra) for u in utterances]
    if pipeline.adapted is None:
        return [pipeline.lattice(search, x, u.sound) for u, x in zip(utterances, heard, strict=True)]
    said: dict[str, list[Evidence]] = defaultdict(list)
    for one, x in zip(utterances, heard, strict=True):
        own = pipeline.evidence(pipeline.first(search, x), x)
        said[one.speaker] += [own] if own is not None else []
    maps = {speaker: pipeline.adapted.map_of(own) for speaker, own in said.items()}
    return [pipeline.second(search, x, maps[u.speaker], u.sound) for u, x in zip(utterances, heard, strict=True)]


def wrong_in(search: Search, found: Sequence[Lattice], utterances: Sequence[Utterance]) -> int:
    """How many words of the best readings are wrong."""
    wrong = 0
    for one, lattice in zip(utterances, found, strict=True):
        best = readings(lattice, 1)
        wrong += _errors(one, [search.words[n] for n in best[0].words] if best else [])
    return wrong


def weighed(pipeline: Pipeline, search: Search, found: Sequence[Lattice], utterances: Sequence[Utterance]) -> tuple[Pipeline, int]:
    """The pipeline with the weights of language and words that lose the fewest words of utterances, as it is if none is better;
    and how many are lost. `found`: what its `search` keeps of each utterance."""
    now = pipeline.weights
    tried = [dataclasses.replace(now, language=now.language * f, bonus=now.bonus + b) for f, b in _nearest_first()]
    wrong = np.zeros(len(tried), int)
    for one, lattice in zip(utterances, found, strict=True):
        told = best_paths(lattice, now, tried)
        costs = {words: _errors(one, [search.words[n] for n in words]) for words in set(told)}
        wrong += [costs[words] for words in told]
    best, before = int(wrong.argmin()), int(wrong[0])  # the nearest of those that are equally good; the first are those of now
    if not best:
        return pipeline, before
    # A lattice holds what the weights of now left in it: what it promises is tried.
    changed = dataclasses.replace(pipeline, weights=tried[best])
    search = changed.search()
    after = wrong_in(search, lattices(changed, search, utterances), utterances)
    return (changed, after) if after < before else (pipeline, before)


def best_paths(lattice: Lattice, now: Weights, tried: Sequence[Weights]) -> list[tuple[int, ...]]:
    """The words of the best path of a lattice made with the weights `now`, under each of the weights `tried` [G]."""
    language = np.array([w.language - now.language for w in tried])
    bonus = np.array([w.bonus - now.bonus for w in tried])
    best = np.full((len(lattice.frames), len(tried)), -np.inf)
    came = np.full(best.shape, -1)
    best[0] = 0.0
    for number in sorted(range(len(lattice.arcs)), key=lambda n: lattice.arcs[n].end):
        arc = lattice.arcs[number]
        value = best[arc.start] + arc.weight
        if arc.word != SILENCE:
            value = value + language * arc.language + bonus
        better = value > best[arc.end]
        best[arc.end][better], came[arc.end][better] = value[better], number
    if not lattice.ends:
        return [()] * len(tried)
    ends = np.array(list(lattice.ends))
    whole = np.stack([best[node] + weight + language * logprob for node, (logprob, weight) in lattice.ends.items()])
    return [_words(lattice, came[:, g], int(ends[whole[:, g].argmax()])) for g in range(len(tried))]


def _words(lattice: Lattice, came: np.ndarray, node: int) -> tuple[int, ...]:
    """The words of the path into a node."""
    words = []
    while node > 0 and came[node] >= 0:
        arc = lattice.arcs[came[node]]
        words += [arc.word] if arc.word != SILENCE else []
        node = arc.start
    return tuple(words[::-1])


def _nearest_first() -> list[tuple[float, int]]:
    """(times, beside) of all weights, those first that change least."""
    return sorted(itertools.product(_LANGUAGE, _BONUS), key=lambda p: (abs(np.log2(p[0])) + abs(p[1]) / 4, p))


def _errors(one: Utterance, told: Sequence[str]) -> int:
    return word_errors(" ".join(one.words), " ".join(told)).total
