"""A search held to words writes nothing else, finds the best of them, and leaves out what was broken off."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from aural.beams.bias import PhraseTree
from aural.beams.held import Held, WordTree, ways
from aural.beams.search import beam, greedy
from aural.errors import UsageError

END, COMMA, CLASSES = 0, 4, 5
WORDS = ((1, 2), (3,), (1, 2, 3))


def tree() -> WordTree:
    return WordTree(WORDS, (COMMA,), END)


def texts(most: int) -> set[tuple[int, ...]]:
    """All texts of these words, a comma behind any of them, of at most so many tokens."""
    parts = [word + mark for word in WORDS for mark in ((), (COMMA,))]
    found = {()}
    for count in range(1, most + 1):
        found |= {sum(some, ()) for some in itertools.product(parts, repeat=count)}
    return {text for text in found if len(text) <= most}


def test_it_offers_what_goes_on_with_a_word_and_ends_where_one_is_whole() -> None:
    allowed, words = texts(5), tree()
    for length in range(4):
        for tokens in itertools.product(range(1, CLASSES), repeat=length):
            if not any(text[:length] == tokens for text in allowed):
                continue
            at = words.start()
            for token in tokens:
                at = words.walk(at, token)
            open_ = words.masked(at, np.zeros(CLASSES)) == 0.0
            assert open_[END] == (tokens in allowed), tokens
            for token in range(1, CLASSES):
                assert open_[token] == any(text[: length + 1] == (*tokens, token) for text in allowed), (tokens, token)


def test_times_may_stand_where_no_word_is_half_written() -> None:
    words = WordTree(WORDS, (COMMA,), END, free=CLASSES)
    ahead = np.zeros(CLASSES + 3)
    at = words.walk(words.start(), CLASSES + 1)
    assert (words.masked(at, ahead)[CLASSES:] == 0.0).all()
    assert (words.masked(words.walk(at, 1), ahead)[CLASSES:] == -np.inf).all()
    assert words.whole((CLASSES, 1, 2, CLASSES + 2, 1)) == 4


def test_what_was_broken_off_is_left_out() -> None:
    assert [tree().whole(tokens) for tokens in ((), (1,), (1, 2), (1, 2, 4, 1), (3, 1), (1, 2, 3, 3))] == [0, 0, 2, 3, 1, 4]


@pytest.mark.parametrize("seed", range(8))
def test_a_wide_beam_finds_the_likeliest_text(seed: int) -> None:
    """The next token depends on the last one alone, so that every text can be weighed."""
    table = np.random.default_rng(seed).normal(size=(CLASSES, CLASSES))
    table -= np.log(np.exp(table).sum(1, keepdims=True))
    held = Held(lambda rows, ids: table[ids], tree())
    found = beam(held.first(table[END]), held, width=400, end=END, limit=4, penalty=0.0)

    def weight(text: tuple[int, ...]) -> float:
        return float(sum(table[a, b] for a, b in itertools.pairwise((END, *text, END))))

    best = max((text for text in texts(3)), key=weight)
    assert found[0].tokens == best
    assert {reading.tokens for reading in found if reading.finished} <= texts(4)


def test_one_reading_at_a_time() -> None:
    table = np.log(np.full((CLASSES, CLASSES), 0.2))
    table[END, 2], table[END, 3], table[3, END] = 0.0, -0.1, 0.0  # 2 begins no word
    held = Held(lambda rows, ids: table[ids], tree())
    assert greedy(held.first(table[END]), held, end=END, limit=5).tokens == (3,)


def test_a_wanted_phrase_that_may_not_be_written_is_not() -> None:
    table = np.log(np.full((CLASSES, CLASSES), 0.2))
    held = Held(lambda rows, ids: table[ids], tree())
    found = beam(held.first(table[END]), held, width=30, end=END, limit=4, tree=PhraseTree([((2, 2), 5.0), ((3,), 1.0)]))
    assert {reading.tokens for reading in found if reading.finished} <= texts(4)
    assert found[0].tokens[:1] == (3,)


def test_a_word_is_written_in_any_way_that_the_vocabulary_has_and_one_that_it_has_not_is_told() -> None:
    letters = "abcA"
    tokens, text = (lambda word: [letters.index(c) for c in word if c in letters]), (lambda own: "".join(letters[i] for i in own))
    assert ways(["ab"], tokens, text) == [[3, 1], [0, 1]]
    assert ways(["AB"], tokens, text) == [[3, 1], [0, 1]]  # a list in capitals is written as the model writes
    with pytest.raises(UsageError, match="cannot write 'axe'"):
        ways(["ab", "axe"], tokens, text)
