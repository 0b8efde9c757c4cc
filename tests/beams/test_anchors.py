"""Anchors of two texts: the same words in order, also in long texts with much that differs."""

from __future__ import annotations

import itertools
import time

import numpy as np

from aural.beams.anchors import anchors


def test_equal_texts_are_all_anchors() -> None:
    text = "the cat sat on the mat".split()
    assert anchors(text, text) == [(i, i) for i in range(6)]
    assert anchors([], text) == anchors(text, []) == []


def test_words_put_in_left_out_and_changed() -> None:
    first = "the big cat sat on the mat and slept".split()
    second = "the cat sat on a mat and then slept".split()
    assert anchors(first, second) == [(0, 0), (2, 1), (3, 2), (4, 3), (6, 5), (7, 6), (8, 8)]


def test_a_lone_short_word_between_others_holds_nothing() -> None:
    assert anchors("one two the three".split(), "a b the c".split()) == []
    assert anchors("one two elephant three".split(), "a b elephant c".split()) == [(2, 2)]


def test_long_texts_are_quick_and_right() -> None:
    rng = np.random.default_rng(0)
    words = [f"w{n}" for n in rng.integers(0, 3000, 30_000)]
    heard, places = [], []
    for i, word in enumerate(words):
        draw = rng.random()
        if draw < 0.05:
            continue
        places.append(i if draw > 0.15 else None)
        heard.append(word if draw > 0.15 else f"x{i}")
    begun = time.process_time()
    pairs = anchors(words, heard)
    assert time.process_time() - begun < 5
    right = sum(places[j] == i for i, j in pairs)
    assert right > 0.99 * len(pairs) and right > 0.95 * sum(p is not None for p in places)
    assert all(a[0] < b[0] and a[1] < b[1] for a, b in itertools.pairwise(pairs))
