"""The graph of everything that a known text can sound like: its words in order, each in all its ways, pauses between them.

Source: the training graphs of D. Povey et al., "The Kaldi speech recognition toolkit", ASRU 2011, without transducers.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from aural.beams.graph import Ends, Graph, viterbi
from aural.models.acoustics import Acoustics
from aural.patterns.phonetic_tree import Context

PAUSE = -1  # in the place of a word
_EITHER = math.log(0.5)  # a pause, or none
_SILENCE: Context = (0, 0, 0)


@dataclass(frozen=True)
class Piece:
    """A phone of the graph: the word it belongs to (by number, PAUSE = none), and the phone in its context."""

    word: int
    context: Context


@dataclass(frozen=True, eq=False)
class Laid:
    """Frames laid over a text: for each frame the tied state, the piece, and which of the piece's three states [F]."""

    states: np.ndarray
    pieces: np.ndarray
    steps: np.ndarray
    known: tuple[Piece, ...]
    score: float


def graph_of(model: Acoustics, ways: Sequence[Sequence[Sequence[str]]]) -> tuple[Graph, list[Piece], list[int]]:
    """The graph of words, each given by its ways of phones; the pieces that its marks number; the step of each state."""
    graph, pieces, steps = Graph(), list[Piece](), list[int]()

    def put(word: int, context: Context, enter: Ends) -> Ends:
        states = model.states(context)
        pieces.append(Piece(word, context))
        steps.extend(range(len(states)))
        return graph.chain(states, [float(model.stay[s]) for s in states], len(pieces) - 1, enter)

    def paused(going: Ends) -> Ends:
        entered = [(s, w + _EITHER) for s, w in going]
        return [*put(PAUSE, _SILENCE, entered), *entered]

    going = paused([(-1, 0.0)])
    for number, word in enumerate(ways):
        behind: Ends = []
        for way in word:
            inside = going
            for context in model.contexts(way):
                inside = put(number, context, inside)
            behind += inside
        going = paused(behind)
    graph.ends = {state: weight for state, weight in going if state >= 0}
    return graph, pieces, steps


def laid(model: Acoustics, ways: Sequence[Sequence[Sequence[str]]], heard: np.ndarray) -> Laid:
    """Frames [F, D] laid over words by the likeliest path. Raises: ValueError when there are too few frames."""
    graph, pieces, steps = graph_of(model, ways)
    columns, places = np.unique(np.array(graph.emits), return_inverse=True)
    return traced(graph, pieces, steps, model.mixtures.scores(heard, columns)[:, places])


def traced(graph: Graph, pieces: Sequence[Piece], steps: Sequence[int], emitted: np.ndarray) -> Laid:
    """As `laid`, for log-densities [F, S] of the graph's own states."""
    path, score = viterbi(graph, emitted)
    return Laid(np.array(graph.emits)[path], np.array(graph.marks)[path], np.array(steps)[path], tuple(pieces), score)


def runs(of: np.ndarray) -> list[tuple[int, int]]:
    """The [first, last + 1) frames of each run of equal values in `of` [F]."""
    edges = np.flatnonzero(np.diff(of)) + 1
    marks = [0, *edges.tolist(), len(of)]
    return [(a, b) for a, b in itertools.pairwise(marks) if b > a]
