"""A lattice of words: what a search kept beside its best path. Readings and how sure each word is follow from it.

Nodes are places (frame, past of the language model), arcs are words with their scores; nodes are in the order of time.
Source: H. Ney and X. Aubert, "A word graph algorithm for large vocabulary continuous speech recognition", 1994; Wessel et al. 2001.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from aural.beams.lexical_tree import SILENCE


@dataclass(frozen=True)
class Arc:
    """A word (or SILENCE) between two nodes: log-likelihood of its frames, log P of the language model, and both as weighed."""

    start: int
    end: int
    word: int
    acoustic: float
    language: float
    weight: float


@dataclass(frozen=True, eq=False)
class Lattice:
    """frames: that of each node, 0 the start; `ends`: node -> (log P of the end of the sentence, the same as weighed)."""

    frames: tuple[int, ...]
    arcs: tuple[Arc, ...]
    ends: dict[int, tuple[float, float]]


@dataclass(frozen=True)
class Reading:
    """One sequence of words: its arcs without pauses, log p(X | W), log P(W), and what it was ranked by."""

    arcs: tuple[int, ...]
    words: tuple[int, ...]
    acoustic: float
    language: float
    score: float


def readings(lattice: Lattice, count: int) -> list[Reading]:
    """The best `count` readings that differ in a word, best first; each with its best times."""
    kept: list[dict[tuple[int, ...], tuple[float, int, tuple[int, ...]]]] = [{} for _ in lattice.frames]
    kept[0][()] = (0.0, -1, ())
    entering: dict[int, list[int]] = defaultdict(list)
    for number, arc in enumerate(lattice.arcs):
        entering[arc.end].append(number)
    for node in range(1, len(lattice.frames)):
        found: dict[tuple[int, ...], tuple[float, int, tuple[int, ...]]] = {}
        for number in entering[node]:
            arc = lattice.arcs[number]
            for words, (score, _, _) in kept[arc.start].items():
                own = words if arc.word == SILENCE else (*words, arc.word)
                if own not in found or found[own][0] < score + arc.weight:
                    found[own] = (score + arc.weight, number, words)
        best = sorted(found, key=lambda w: (-found[w][0], w))[:count]
        kept[node] = {words: found[words] for words in best}
    finals: dict[tuple[int, ...], tuple[float, int]] = {}
    for node, (_, weight) in lattice.ends.items():
        for words, (score, _, _) in kept[node].items():
            if words not in finals or finals[words][0] < score + weight:
                finals[words] = (score + weight, node)
    told = []
    for words in sorted(finals, key=lambda w: (-finals[w][0], w))[:count]:
        score, node = finals[words]
        path, at, own = [], node, words
        while at:
            _, number, before = kept[at][own]
            path.append(number)
            at, own = lattice.arcs[number].start, before
        arcs = [lattice.arcs[n] for n in path]
        language = sum(a.language for a in arcs) + lattice.ends[node][0]
        spoken = tuple(n for n in path[::-1] if lattice.arcs[n].word != SILENCE)
        told.append(Reading(spoken, words, sum(a.acoustic for a in arcs), language, score))
    return told


def shares(lattice: Lattice) -> np.ndarray:
    """The share of all paths, by probability, that goes through each arc [A]."""
    before = np.full(len(lattice.frames), -np.inf)
    after = np.full(len(lattice.frames), -np.inf)
    before[0] = 0.0
    ordered = sorted(range(len(lattice.arcs)), key=lambda n: lattice.arcs[n].start)
    for n in ordered:
        arc = lattice.arcs[n]
        before[arc.end] = np.logaddexp(before[arc.end], before[arc.start] + arc.weight)
    for node, (_, weight) in lattice.ends.items():
        after[node] = weight
    for n in sorted(ordered, key=lambda n: -lattice.arcs[n].end):
        arc = lattice.arcs[n]
        after[arc.start] = np.logaddexp(after[arc.start], arc.weight + after[arc.end])
    through = np.array([before[a.start] + a.weight + after[a.end] for a in lattice.arcs])
    return np.asarray(np.exp(through - after[0])) if np.isfinite(after[0]) else np.zeros(len(through))


def confidence(lattice: Lattice, share: np.ndarray, arc: Arc) -> float:
    """How sure the word of an arc is: the shares [A] of all arcs that say it in the middle of its time."""
    middle = (lattice.frames[arc.start] + lattice.frames[arc.end]) / 2
    same = [
        float(share[n]) for n, other in enumerate(lattice.arcs)
        if other.word == arc.word and lattice.frames[other.start] <= middle < lattice.frames[other.end]
    ]  # fmt: skip
    return min(sum(same), 1.0)
