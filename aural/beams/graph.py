"""A graph of hidden states, each of which emits one frame at a time, and the likeliest path through it.

Letters: F frames, S states, A the most arcs that enter one state. Weights are natural logarithms.
Source: A. Viterbi, IEEE Trans. Inf. Theory 13 (1967); L. Rabiner, "A tutorial on hidden Markov models", 1989.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

NEVER = np.float32(-1e30)
Ends = list[tuple[int, float]]  # states, each with the log-probability of the arc that goes on from there


@dataclass(eq=False)
class Graph:
    """Built state by state. `emits`: the column of the scores that a state emits by; `arcs`: (from, to, weight), loops among
    them; `starts` and `ends`: state -> weight; `marks`: what a state belongs to, for whoever built it."""

    emits: list[int] = field(default_factory=list)
    marks: list[int] = field(default_factory=list)
    arcs: list[tuple[int, int, float]] = field(default_factory=list)
    starts: dict[int, float] = field(default_factory=dict)
    ends: dict[int, float] = field(default_factory=dict)

    def state(self, emits: int, mark: int, stay: float) -> int:
        """A new state that may last with log-probability `stay`; its number."""
        self.emits.append(emits)
        self.marks.append(mark)
        self.arcs.append((len(self.emits) - 1,) * 2 + (stay,))
        return len(self.emits) - 1

    def chain(self, emits: Sequence[int], stays: Sequence[float], mark: int, enter: Ends) -> Ends:
        """States one behind the other, entered from `enter` (state -1 = the start of the recording); what goes on from them."""
        going = enter
        for column, stay in zip(emits, stays, strict=True):
            state = self.state(column, mark, stay)
            for before, weight in going:
                if before < 0:
                    self.starts[state] = max(weight, self.starts.get(state, weight))
                else:
                    self.arcs.append((before, state, weight))
            going = [(state, math.log1p(-math.exp(min(stay, -1e-6))))]
        return going

    @cached_property
    def entered(self) -> tuple[np.ndarray, np.ndarray]:
        """For each state the states before it and the weights of the arcs: [S, A] both, filled up with S and never."""
        into: list[list[tuple[int, float]]] = [[] for _ in self.emits]
        for before, after, weight in self.arcs:
            into[after].append((before, weight))
        most = max(map(len, into), default=1)
        origins = np.full((len(into), most), len(into))
        weights = np.full((len(into), most), NEVER, np.float32)
        for state, own in enumerate(into):
            for k, (origin, price) in enumerate(own):
                origins[state, k], weights[state, k] = origin, price
        return origins, weights


def viterbi(graph: Graph, emitted: np.ndarray) -> tuple[np.ndarray, float]:
    """The likeliest path: the state of each frame [F], and its log-probability with that of the frames.

    emitted [F, S]: log-densities of each state. Raises: ValueError where no path is as short as the frames are few.
    """
    before, weights = graph.entered
    emitted = np.ascontiguousarray(emitted, np.float32)
    frames, count = emitted.shape
    best = np.full(count + 1, NEVER, np.float32)
    for state, weight in graph.starts.items():
        best[state] = weight + emitted[0, state] if frames else NEVER
    came = np.zeros((frames, count), np.int8)
    rows = np.arange(count)
    for f in range(1, frames):
        ways = best[before]
        ways += weights
        choice = ways.argmax(axis=1)
        came[f] = choice
        best[:-1] = ways[rows, choice] + emitted[f]
    last, total = -1, float(NEVER) / 2
    for state, weight in graph.ends.items():
        if best[state] + weight > total:
            last, total = state, float(best[state] + weight)
    if last < 0:
        raise ValueError(f"no path of {frames} frames goes through the graph")
    path = np.empty(frames, int)
    for f in range(frames - 1, -1, -1):
        path[f] = last
        last = int(before[last, came[f, last]])
    return path, total
