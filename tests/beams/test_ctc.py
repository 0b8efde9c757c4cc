"""The prefix beam finds what going over all sequences finds, with and without language models, alone and in a batch."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from aural.beams.bias import PhraseTree
from aural.beams.ctc import search
from aural.beams.ctc_paths import collapse, log_probability
from aural.beams.fusion import CharacterFusion, Fusion, OnlyWords, PhraseFusion, Together, WordFusion
from aural.beams.kneser_ney import trained

PIECES = ("", "\u2581", "a", "b")
WORDS = trained([["a"], ["ab", "a"], ["b", "a"], ["ab", "b"]], 2)
LETTERS = trained([list("\u2581ab\u2581a"), list("\u2581b"), list("\u2581ab")], 3)


def random(rows: int, frames: int, classes: int, seed: int) -> np.ndarray:
    raw = np.random.default_rng(seed).normal(size=(rows, frames, classes)) * 1.5
    return np.asarray(raw - np.log(np.exp(raw).sum(2, keepdims=True)), np.float32)


def added(fusion: Fusion | None, tokens: tuple[int, ...]) -> float:
    if fusion is None:
        return 0.0
    total, state = 0.0, fusion.start()
    for token in tokens:
        total, state = total + float(fusion.offers(state)[token]), fusion.walk(state, token)
    return total + fusion.finish(state)


def brute(scores: np.ndarray, fusion: Fusion | None) -> list[tuple[tuple[int, ...], float]]:
    every = {tuple(collapse(p, 0)) for p in itertools.product(range(scores.shape[1]), repeat=len(scores))}
    found = [(t, log_probability(scores, t) + added(fusion, t)) for t in every]
    return sorted(found, key=lambda r: -r[1])


FUSIONS: dict[str, Fusion | None] = {
    "none": None,
    "words": WordFusion(WORDS, PIECES, 0.8, 0.5),
    "letters": CharacterFusion(LETTERS, PIECES, 0.7),
    "phrases": PhraseFusion(PhraseTree([((1, 2, 3), 1.5)]), 4),
    "all": Together([WordFusion(WORDS, PIECES), CharacterFusion(LETTERS, PIECES), PhraseFusion(PhraseTree([((1, 3), 2.0)]), 4)]),
}


@pytest.mark.parametrize("name", FUSIONS)
def test_a_wide_beam_is_exact(name: str) -> None:
    scores = random(2, 5, 4, len(name))
    for row, told in zip(scores, search(scores, [5, 5], width=600, fusion=FUSIONS[name]), strict=True):
        true = brute(row, FUSIONS[name])
        assert len(told) == len(true)
        assert told[0].tokens == true[0][0]
        for reading, (_, score) in zip(told[:20], true, strict=False):
            assert reading.score == pytest.approx(score, abs=1e-3)


def test_a_batch_is_as_each_row_alone_and_padding_changes_nothing() -> None:
    scores = random(3, 12, 5, 3)
    lengths = [12, 7, 0]
    told = search(scores, lengths, width=6)
    for row, length, found in zip(scores, lengths, told, strict=True):
        assert found == search(row[None, :length], [length], width=6)[0]
    assert told[2][0].tokens == ()


def test_a_narrow_beam_is_a_good_one() -> None:
    scores = random(1, 6, 4, 11)
    best = brute(scores[0], None)[0]
    assert search(scores, [6], width=8)[0][0].tokens == best[0]
    assert [r.score for r in search(scores, [6], width=8)[0]] == sorted(
        (r.score for r in search(scores, [6], width=8)[0]), reverse=True
    )


def test_few_classes_a_frame_lose_little() -> None:
    sharp = random(1, 40, 30, 5) * 3
    sharp -= np.log(np.exp(sharp).sum(2, keepdims=True))
    assert search(sharp, [40], width=8, likely=10)[0][0].tokens == search(sharp, [40], width=8, likely=29)[0][0].tokens


def test_the_language_turns_the_choice_between_two_sentences() -> None:
    """argmax P(X | W) P(W): the sound says "a b" a little louder than "ab a", the language knows only the second."""
    scores = np.log(np.full((7, 4), 0.01))
    for frame, (first, second) in enumerate(((1, 1), (2, 2), (1, 3), (3, 3), (0, 1), (0, 2), (0, 0))):
        scores[frame, first] = np.log(0.55 if first != second else 0.97)
        scores[frame, second] = np.log(0.42 if first != second else 0.97)
    alone = search(scores[None], [7], width=20)[0][0]
    told = search(scores[None], [7], width=20, fusion=WordFusion(WORDS, PIECES, 1.0))[0]
    texts = ["".join(PIECES[t] for t in r.tokens).replace("\u2581", " ").strip() for r in (alone, told[0])]
    assert texts == ["a b", "ab a"]
    assert alone.acoustic > told[0].acoustic and told[0].added > added(WordFusion(WORDS, PIECES, 1.0), alone.tokens)


@pytest.mark.parametrize("seed", range(6))
def test_nothing_but_the_given_words_is_written(seed: int) -> None:
    scores = random(1, 6, 4, seed)
    only = OnlyWords(["ab", "b"], PIECES)
    told = search(scores, [6], width=600, fusion=only)[0]
    true = [(tokens, score) for tokens, score in brute(scores[0], only) if score > -np.inf]
    assert [r.tokens for r in told] == [tokens for tokens, _ in true]
    for reading in told:
        text = "".join(PIECES[t] for t in reading.tokens).replace("\u2581", " ").split()
        assert set(text) <= {"ab", "b"}


def test_a_word_that_was_broken_off_is_left_out() -> None:
    scores = np.log(np.full((1, 4, 4), 0.01, np.float32))
    for frame, token in enumerate((1, 3, 1, 2)):  # " b a": the second word has but begun
        scores[0, frame, token] = np.log(0.97)
    only = OnlyWords(["ab", "b"], PIECES)
    assert search(scores, [4], width=1, fusion=only)[0][0].tokens == (1, 3)
