"""CTC of prefixes: equal to the sum over every path that begins so, in a batch as alone."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from aural.beams.ctc_paths import collapse, log_probability
from aural.beams.ctc_prefix import PrefixScores

FRAMES = (5, 3)


def chances() -> np.ndarray:
    """[2, 5, 4] log-probabilities; of the second row three frames are real."""
    return np.log(np.random.default_rng(0).dirichlet(np.ones(4), size=(2, 5)))


def over_paths(logs: np.ndarray, prefix: tuple[int, ...]) -> float:
    """log P(W begins so | X), path by path."""
    total = 0.0
    for path in itertools.product(range(logs.shape[1]), repeat=len(logs)):
        if tuple(collapse(path, 0)[: len(prefix)]) == prefix:
            total += float(np.exp(sum(row[c] for row, c in zip(logs, path, strict=True))))
    return float(np.log(total)) if total else -np.inf


@pytest.mark.parametrize("written", [(), (1,), (1, 1), (2, 1, 2)])
def test_prefixes_equal_the_sum_over_paths(written: tuple[int, ...]) -> None:
    logs, clips = chances(), np.array([0, 1])
    scores = PrefixScores(logs, np.array(FRAMES))
    sums, last = scores.start(clips), np.zeros(2, int)
    for token in written:
        grown = scores.grown(sums, last, clips, np.array([[token], [token]]))[1]
        sums, last = grown.of(clips, np.zeros(2, int)), np.array([token, token])
    told, _ = scores.grown(sums, last, clips, np.array([[1, 2, 3]] * 2))
    for clip, frames in enumerate(FRAMES):
        true = [over_paths(logs[clip, :frames], (*written, c)) for c in (1, 2, 3)]
        assert told[clip] == pytest.approx(true, abs=1e-9)
        assert scores.whole(sums, clips)[clip] == pytest.approx(log_probability(logs[clip, :frames], written), abs=1e-9)


def test_what_stands_behind_the_end_is_not_heard() -> None:
    logs = chances()
    wild = logs.copy()
    wild[1, 3:] = 7.0
    for one in (logs, wild):
        scores = PrefixScores(one, np.array(FRAMES))
        told, _ = scores.grown(scores.start(np.array([1])), np.array([0]), np.array([1]), np.array([[1, 2, 3]]))
        assert told[0] == pytest.approx([over_paths(logs[1, :3], (c,)) for c in (1, 2, 3)], abs=1e-9)
