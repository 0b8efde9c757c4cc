"""Graphs of hidden states: the likeliest path is that of trying all of them."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from aural.beams.graph import NEVER, Graph, viterbi


def brute(graph: Graph, emitted: np.ndarray) -> tuple[tuple[int, ...], float]:
    """The best path by trying every one."""
    arcs = {(a, b): w for a, b, w in graph.arcs}
    best: tuple[tuple[int, ...], float] = ((), float(NEVER))
    for path in itertools.product(range(len(graph.emits)), repeat=len(emitted)):
        total = graph.starts.get(path[0], float(NEVER)) + graph.ends.get(path[-1], float(NEVER))
        total += sum(arcs.get(pair, float(NEVER)) for pair in itertools.pairwise(path))
        total += float(sum(emitted[f, s] for f, s in enumerate(path)))
        if total > best[1]:
            best = (path, total)
    return best


@pytest.mark.parametrize("seed", range(8))
def test_the_likeliest_path_is_that_of_trying_all(seed: int) -> None:
    rng = np.random.default_rng(seed)
    graph = Graph()
    first = graph.chain([0, 1], [np.log(0.6), np.log(0.5)], 0, [(-1, -0.3)])
    pause = graph.chain([2], [np.log(0.7)], 1, [(s, w - 0.7) for s, w in first])
    last = graph.chain([1, 3], [np.log(0.4), np.log(0.9)], 2, [*pause, *((s, w - 0.7) for s, w in first)])
    graph.ends = dict(last)
    emitted = rng.normal(0, 2, (6, 5)).astype(np.float32)
    path, score = viterbi(graph, emitted)
    expected, total = brute(graph, emitted)
    assert tuple(path.tolist()) == expected and score == pytest.approx(total, abs=1e-4)


def test_fewer_frames_than_the_shortest_path_are_refused() -> None:
    graph = Graph()
    graph.ends = dict(graph.chain([0, 1, 2], [-0.7] * 3, 0, [(-1, 0.0)]))
    with pytest.raises(ValueError, match="no path of 2 frames"):
        viterbi(graph, np.zeros((2, 3), np.float32))
    assert viterbi(graph, np.zeros((3, 3), np.float32))[0].tolist() == [0, 1, 2]
