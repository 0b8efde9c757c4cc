"""Homographs: the shipped model in plain sentences, features, and what the file holds."""

from __future__ import annotations

import numpy as np
import pytest

from aural.text.pronunciation import homographs
from aural.text.pronunciation.homographs import PLACE, Homographs, Reading, context, features
from aural.text.pronunciation.phonemes import LETTERS, VOWELS


@pytest.mark.parametrize(
    ("sentence", "word", "name"),
    [
        ("I will read it to you.", "read", "read_present"),
        ("She has read it.", "read", "read_past"),
        ("He has read the book, and I read it every day.", "read", "read_past"),
        ("I read it every day.", "read", "read_present"),
        ("Nowadays we often read aloud.", "read", "read_present"),
        ("You read two books a week.", "read", "read_present"),
        ("I often read it when I was young.", "read", "read_past"),
        ("She read it every day.", "read", "read_past"),
        ("I read it yesterday.", "read", "read_past"),
        ("They live in Paris.", "live", "live_vrb"),
        ("The band played live.", "live", "live_adj"),
        ("The wind blew from the north.", "wind", "wind_nou"),
        ("He began to wind the rope.", "wind", "wind_vrb"),
        ("The lead singer left.", "lead", "lead_nou-vrb"),
        ("We use the phone.", "use", "use_vrb"),
        ("It is of no use.", "use", "use_nou"),
        ("They record a new record.", "record", "record_vrb"),
    ],
)
def test_plain_sentences(sentence: str, word: str, name: str) -> None:
    at = sentence.lower().index(word)
    reading, chance = homographs.shipped().choose(sentence, at, at + len(word))
    assert reading.name == name and 0.5 < chance <= 1


def test_what_ships() -> None:
    model = homographs.shipped()
    assert PLACE.stat().st_size < 500_000 and len(model.readings) == 162
    for word, many in model.readings.items():
        assert 2 <= len(many) <= 3 and len({one.name for one in many}) == len(many), word
        for one in many:
            assert set(one.phonemes) <= LETTERS and set(one.phonemes) & set(VOWELS), one
    assert "read" in model and "Read" in model and "table" not in model


def test_context_is_words_and_marks_with_a_place() -> None:
    assert context("Don't wind, it's OK.", 6) == (["Don't", "wind", ",", "it's", "OK", "."], 1)
    two = "He has read it, and I can read; so do, they say, you."
    assert context(two, 7) == (["He", "has", "read", "it", ","], 2)
    assert context(two, 26) == (["and", "I", "can", "read", ";"], 3), "the clause before is seen, too"
    assert context(two, 35) == (["so", "do", ",", "they", "say", ",", "you", "."], 1)
    seen = features(["I", "will", "read", "it"], 2)
    assert {"-1=will", "-1:modal", "1=it", "helped by modal", "small"} <= set(seen) and len(seen) == len(set(seen))
    assert "first" in features(["Read", "it"], 0) and "capital" in features(["I", "Read"], 1)


def test_the_heavier_reading_wins() -> None:
    readings = {"x": (Reading("a", "k", "ˈɑ"), Reading("b", "l", "ˈi"))}
    size = 1 << 12
    weights = np.zeros(size, np.int8)
    weights[homographs.places(readings["x"][1], ["always"], size)] = 50
    reading, chance = Homographs(readings, weights, 0.1).choose("x", 0, 1)
    assert reading.name == "b" and chance > 0.99
