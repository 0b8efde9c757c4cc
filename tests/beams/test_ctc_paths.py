"""The sum over paths equals brute force, its gradient the occupancy, and the best path is the best of all."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from aural.beams.ctc_paths import best_path, collapse, log_probabilities, log_probability, occupancy

CAT = ("CC_ATT", "_CAA_T", "CAATTT")


def random(frames: int, classes: int, seed: int) -> np.ndarray:
    raw = np.random.default_rng(seed).normal(size=(frames, classes)) * 2
    return np.asarray(raw - np.log(np.exp(raw).sum(1, keepdims=True)))


def paths(frames: int, classes: int, tokens: list[int]) -> list[tuple[int, ...]]:
    return [p for p in itertools.product(range(classes), repeat=frames) if collapse(p, 0) == tokens]


def test_the_rows_of_the_table_collapse() -> None:
    assert ["".join(collapse(path, "_")) for path in CAT] == ["CAT"] * 3
    assert ["".join(collapse(path, "_")) for path in ("HELLO", "HHEL_LLO", "HEL_LO_")] == ["HELO", "HELLO", "HELLO"]
    assert collapse("", "_") == [] and collapse("___", "_") == []


def test_the_three_rows_are_counted_in_the_sum() -> None:
    letters = "_CAT"
    flat = np.full((6, 4), math.log(1 / 4))
    every = paths(6, 4, [1, 2, 3])
    assert all(tuple(letters.index(c) for c in row) in every for row in CAT)
    assert log_probability(flat, [1, 2, 3]) == pytest.approx(math.log(len(every)) + 6 * math.log(1 / 4))


@pytest.mark.parametrize("tokens", ([], [1], [1, 2], [2, 2], [1, 1, 2], [2, 1, 2]))
def test_the_recursion_is_the_sum_over_all_paths(tokens: list[int]) -> None:
    scores = random(6, 3, len(tokens))
    each = [sum(scores[f, t] for f, t in enumerate(p)) for p in paths(6, 3, tokens)]
    assert log_probability(scores, tokens) == pytest.approx(np.logaddexp.reduce(each), abs=1e-9)


def test_several_at_once_are_as_one_by_one() -> None:
    scores = random(30, 5, 4)
    several = [[], [1], [1, 1, 2], [4, 3, 2, 1] * 3, [2] * 16, [1] * 15]
    np.testing.assert_allclose(log_probabilities(scores, several), [log_probability(scores, t) for t in several])
    steep = np.full((400, 3), -800.0)
    steep[:, 0] = 0.0  # a token costs more than a float of chances can hold
    assert log_probabilities(steep, [[1, 2]])[0] == pytest.approx(log_probability(steep, [1, 2]))
    assert log_probabilities(np.zeros((0, 3)), [[], [1]]).tolist() == [0.0, -np.inf] and not len(log_probabilities(scores, []))


def test_all_sequences_together_are_one() -> None:
    scores = random(4, 3, 5)
    every = {tuple(collapse(p, 0)) for p in itertools.product(range(3), repeat=4)}
    assert np.exp([log_probability(scores, list(t)) for t in every]).sum() == pytest.approx(1)


@pytest.mark.parametrize("tokens", ([], [1], [2, 2], [1, 2, 1]))
def test_the_occupancy_is_the_gradient(tokens: list[int]) -> None:
    scores, step = random(6, 3, 9), 1e-5
    shares = occupancy(scores, tokens)
    np.testing.assert_allclose(shares.sum(1), 1)
    for f, k in itertools.product(range(6), range(3)):
        up, down = scores.copy(), scores.copy()
        up[f, k] += step
        down[f, k] -= step
        slope = (log_probability(up, tokens) - log_probability(down, tokens)) / (2 * step)
        assert shares[f, k] == pytest.approx(slope, abs=1e-6)


@pytest.mark.parametrize("tokens", ([1], [1, 2], [2, 2], [1, 1, 2]))
def test_the_best_path_is_the_best_of_all(tokens: list[int]) -> None:
    scores = random(6, 3, 20 + len(tokens))
    spans, score = best_path(scores, tokens)
    assert score == pytest.approx(max(sum(scores[f, t] for f, t in enumerate(p)) for p in paths(6, 3, tokens)), abs=1e-4)
    said = [0] * 6
    for token, (first, last) in zip(tokens, spans, strict=True):
        said[first:last] = [token] * (last - first)
    assert collapse(said, 0) == tokens
    assert sum(scores[f, t] for f, t in enumerate(said)) == pytest.approx(score, abs=1e-4)


def test_too_few_frames() -> None:
    assert log_probability(random(2, 3, 0), [1, 1]) == -np.inf
    with pytest.raises(ValueError, match="at least 3 frames"):
        best_path(random(2, 3, 0), [1, 1])
    with pytest.raises(ValueError, match="more frames"):
        occupancy(random(2, 3, 0), [1, 1])
    assert log_probability(np.zeros((0, 3)), []) == 0.0 and log_probability(np.zeros((0, 3)), [1]) == -np.inf


@pytest.mark.parametrize("token", (3, -1))
def test_a_token_that_is_no_class_is_refused(token: int) -> None:
    scores = random(4, 3, 0)
    for formula in (log_probability, occupancy, best_path, lambda s, t: log_probabilities(s, [[1], t])):
        with pytest.raises(ValueError, match=f"the token {token} is none of the classes 0 to 2"):
            formula(scores, [1, token])
