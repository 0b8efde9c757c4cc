"""The path of tokens through frames: against all paths, and its contract."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aural.beams.path import token_path


@given(st.integers(0, 2**31), st.integers(1, 4), st.integers(0, 4))
@settings(deadline=None)
def test_without_silence_it_is_the_best_of_all_segmentations(seed: int, count: int, more: int) -> None:
    frames = count + more
    scores = np.random.default_rng(seed).normal(size=(count, frames))
    found = token_path(scores, np.full(frames, -50.0), [])
    worth = sum(scores[i, a:b].sum() for i, (a, b) in enumerate(found))
    best = max(
        sum(scores[i, a:b].sum() for i, (a, b) in enumerate(zip((0, *cuts), (*cuts, frames), strict=True)))
        for cuts in combinations(range(1, frames), count - 1)
    )
    assert worth == pytest.approx(best, abs=1e-4)


@given(st.integers(0, 2**31), st.integers(1, 6), st.integers(0, 30))
@settings(deadline=None)
def test_each_token_has_frames_and_none_go_back(seed: int, count: int, more: int) -> None:
    rng = np.random.default_rng(seed)
    spans = token_path(rng.random((count, count + more)), rng.normal(size=count + more), list(range(0, count, 2)))
    assert (spans[:, 0] < spans[:, 1]).all()
    assert (spans[1:, 0] >= spans[:-1, 1]).all()
    assert spans.min() >= 0 and spans.max() <= count + more


def test_silence_stands_before_a_word_and_at_the_end() -> None:
    scores = np.full((2, 12), 0.01)
    scores[0, 3:5], scores[1, 8:10] = 1.0, 1.0
    silence = np.full(12, -1.0)
    silence[[0, 1, 2, 5, 6, 7, 10, 11]] = 0.1
    assert token_path(scores, silence, [0, 1]).tolist() == [[3, 5], [8, 10]]


def test_too_few_frames_are_an_error() -> None:
    with pytest.raises(ValueError, match="as many frames"):
        token_path(np.ones((3, 2)), np.zeros(2), [])
