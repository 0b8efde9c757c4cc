"""The transducer's search: a wide beam gives the sum over all paths, frames may come in any pieces, fusion adds what it says."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from aural.beams.fusion import OnlyWords, WordFusion
from aural.beams.kneser_ney import trained
from aural.beams.transducer import Joint, OneAFrame, Search


class Table(Joint):
    """A net that knows the last token alone: logits [F, K, K] by frame (told by its number) and last token."""

    def __init__(self, seed: int, frames: int, classes: int) -> None:
        self.logits = 2 * np.random.default_rng(seed).normal(size=(frames, classes, classes))

    def start(self) -> int:
        return 0

    def ahead(self, frame: np.ndarray, states: Sequence[Any]) -> np.ndarray:
        rows = self.logits[int(frame[0])][np.array(states)]
        return np.asarray(rows - np.log(np.exp(rows).sum(axis=1, keepdims=True)))

    def walk(self, states: Sequence[Any], tokens: Sequence[int]) -> list[int]:
        return list(tokens)


def brute(table: Table, tokens: tuple[int, ...]) -> float:
    """log P of a text: every way to spread its tokens over the frames."""
    frames, total = len(table.logits), -np.inf
    for places in itertools.combinations_with_replacement(range(frames), len(tokens)):
        value, last, u = 0.0, 0, 0
        for f in range(frames):
            while u < len(tokens) and places[u] == f:
                value += table.ahead(np.array([f]), [last])[0, tokens[u]]
                last, u = tokens[u], u + 1
            value += table.ahead(np.array([f]), [last])[0, 0]
        total = np.logaddexp(total, value)
    return float(total)


def steps(frames: int) -> np.ndarray:
    return np.arange(frames, dtype=np.float32)[:, None]


def test_a_wide_beam_sums_over_all_paths() -> None:
    table = Table(0, 3, 3)
    search = Search(table, 600, None, 3, most=3, far=np.inf)
    found = {p.tokens: p.acoustic for p in search.finished(search.step(search.start(), steps(3), 0))}
    for tokens in ((), (1,), (2,), (1, 2), (2, 2), (1, 2, 1)):
        assert found[tokens] == pytest.approx(brute(table, tokens)), tokens
    short = {tokens: brute(table, tokens) for n in range(3) for tokens in itertools.product((1, 2), repeat=n)}
    best = max(short, key=lambda t: short[t])
    assert search.finished(search.step(search.start(), steps(3), 0))[0].acoustic >= short[best] - 1e-9


def test_where_a_token_moves_on_the_sum_is_over_the_frames_that_write() -> None:
    table = Table(0, 4, 3)
    search = OneAFrame(table, 600, None, 3, far=np.inf)
    found = {p.tokens: p.acoustic for p in search.finished(search.step(search.start(), steps(4), 0))}
    assert len(found) == 1 + 2 + 4 + 8 + 16
    for tokens in ((), (1,), (2, 2), (1, 2, 1), (2, 2, 1, 1)):
        total = -np.inf
        for places in itertools.combinations(range(4), len(tokens)):
            value, last, left = 0.0, 0, list(tokens)
            for f in range(4):
                told = left.pop(0) if f in places else 0
                value, last = value + table.ahead(np.array([f]), [last])[0, told], told or last
            total = np.logaddexp(total, value)
        assert found[tokens] == pytest.approx(float(total)), tokens
    assert np.logaddexp.reduce(list(found.values())) == pytest.approx(0, abs=1e-9), "the chances of all texts add up to 1"


@pytest.mark.parametrize("made", (Search, OneAFrame))
@pytest.mark.parametrize("width", (1, 4))
def test_frames_in_pieces_give_the_same_paths(width: int, made: type[Search]) -> None:
    table = Table(1, 12, 4)
    search = made(table, width, None, 4)
    whole = search.step(search.start(), steps(12), 0)
    parted, at = search.start(), 0
    for size in (1, 5, 0, 2, 4):
        parted = search.step(parted, steps(12)[at : at + size], at)
        at += size
    assert [(p.tokens, p.frames, p.score) for p in parted] == [(p.tokens, p.frames, p.score) for p in whole]
    assert all(a <= b for a, b in itertools.pairwise(whole[0].frames)) and len(whole[0].tokens) == len(whole[0].logprobs)


def test_the_best_token_at_every_turn() -> None:
    table = Table(2, 6, 3)
    search = Search(table, 1, None, 3, most=2)
    path = search.step(search.start(), steps(6), 0)[0]
    last, expected = 0, []
    for f in range(6):
        for _ in range(2):
            best = int(table.ahead(np.array([f]), [last])[0].argmax())
            if best == 0:
                break
            expected.append((best, f))
            last = best
    assert list(zip(path.tokens, path.frames, strict=True)) == expected


def test_a_language_model_changes_what_is_written() -> None:
    pieces = ("", "\u2581a", "\u2581b")
    table = Table(0, 3, 3)
    table.logits[:] = np.log([[0.5, 0.26, 0.24]])
    language = trained([["b"], ["b", "b"], ["b", "a"]], order=2)
    plain, told = Search(table, 8, None, 3), Search(table, 8, WordFusion(language, pieces, weight=2.0), 3)
    one, two = (s.finished(s.step(s.start(), steps(3), 0)) for s in (plain, told))
    first_a = next(p for p in two if p.tokens == (1,))
    assert one[0].tokens != two[0].tokens or one[0].tokens == ()
    assert first_a.added == pytest.approx(2.0 * language.logprob(["a"]))
    assert next(p for p in two if p.tokens == (2,)).score > first_a.score


def test_nothing_but_the_given_words_is_written_and_what_was_broken_off_is_left_out() -> None:
    pieces = ("", "\u2581", "a", "b")
    table = Table(3, 4, 4)
    search = Search(table, 32, OnlyWords(["ab"], pieces), 4, far=np.inf)
    paths = search.step(search.start(), steps(4), 0)
    for path in search.finished(paths):
        assert set("".join(pieces[t] for t in path.tokens).replace("\u2581", " ").split()) <= {"ab"}
    begun = [p for p in paths if p.tokens and p.tokens[-1] != 3]
    assert begun, "some paths are in the middle of the word"
    cut = search.finished(begun[:1])[0]
    assert len(cut.tokens) == len(cut.frames) == len(cut.logprobs) == len(begun[0].tokens) // 3 * 3
