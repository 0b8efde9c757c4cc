"""What is said for a written text: cover, conventions, contexts, and time."""

from __future__ import annotations

import itertools
import time

import numpy as np
import pytest

from aural.errors import UsageError
from aural.text.spoken import Spoken, say, spelled

HOSTILE = (
    "", " ", "\n\n\t", "\x00", "\u200b", "a\u200bb", "e\u0301", "\u0301", "１２３", "½", "℃", "25℃", "①②", "Ⅳ", "ﬁne", "👩‍👩‍👧",
    "中国 2020", "٣٤", "1" * 300,
    "a" * 5000, "-" * 200, "$", "$$$1", "..5", "1..2", "1,,2", "1,2,3", "01/01/01/01",
    "((((", "@", "a@", "@b.c", "http://", "www.", "'", "''''", "\ud7ff",
    "\U0010ffff", "\ufeffbom", "x²+y³", "5²", "#", "###", "No.", "Dr.", "\r\n", "“”‘’", "±", "−5", "5−3", "ñ5 5ñ", "a1b2c3d4",
    "1a2b", "²", "km/h", "°",
)  # fmt: skip


def words(text: str) -> str:
    return " ".join(say(text).words)


def check_cover(spoken: Spoken) -> None:
    assert "".join(token.written for token in spoken.tokens) == spoken.text
    assert [t.start for t in spoken.tokens] == [0, *(t.end for t in spoken.tokens)][:-1] or not spoken.tokens
    for token in spoken.tokens:
        assert token.written == spoken.text[token.start : token.end] and token.category
        assert bool(token.words) + token.dropped + (token.category == "space") == 1
        assert all(word and not any(c.isspace() for c in word) for word in token.words)
        assert not any(c.isdecimal() for word in token.words for c in word)
        assert not (token.dropped and any(c.isalnum() and c.isascii() for c in token.written))


@pytest.mark.parametrize("text", HOSTILE)
def test_every_character_of_odd_text_is_accounted_for(text: str) -> None:
    check_cover(say(text))
    check_cover(say(f"It was {text} and 12 {text}."))


def test_every_character_of_drawn_text_is_accounted_for() -> None:
    rng = np.random.default_rng(4)
    pieces = (
        *HOSTILE,
        *"$€£%#@&*()-–—/:;,.!?'\"0123456789abcIVXLM ",
        " Dr. ",
        " a.m. ",
        "Jan",
        " km",
        "1/2",
        "www.a.com",
        "St.",
        "\u00a0",
    )
    for _ in range(1500):
        check_cover(say("".join(pieces[i] for i in rng.integers(len(pieces), size=rng.integers(1, 12)))))


def test_what_is_dropped_has_a_name() -> None:
    tokens = say("“Yes,” (he) said … 😀 a\u200b-b*").tokens
    assert [(t.written, t.category) for t in tokens if t.dropped] == [
        ("“", "quote"), (",", "pause"), ("”", "quote"), ("(", "bracket"), (")", "bracket"), ("…", "pause"), ("😀", "emoji"),
        ("\u200b", "invisible"), ("-", "hyphen"), ("*", "mark"),
    ]  # fmt: skip


def test_capitals_are_spelled_and_can_be_taken_apart() -> None:
    spoken = say("The FBI asked NASA at 3 p.m.")
    assert spoken.words == ("The", "FBI", "asked", "Nasa", "at", "three", "PM")
    assert spoken.aloud == ("The", "F", "B", "I", "asked", "Nasa", "at", "three", "P", "M")
    assert spelled("FBI") and not spelled("Nasa") and not spelled("I")


def test_a_language_without_forms_is_told() -> None:
    with pytest.raises(UsageError, match="'de'"):
        say("1", language="de")
    assert say("1", language="en-GB").words == ("one",)


def test_the_same_number_is_said_alike_in_every_dress() -> None:
    rng = np.random.default_rng(0)
    for value in rng.integers(0, 10**9, size=300).tolist():
        plain = words(f"{value:,}")
        wide = "".join(chr(0xFF10 + int(c)) if c.isdecimal() else c for c in f"{value:,}")
        assert words(wide) == plain and words(f"-{value:,}") == f"minus {plain}"
        assert words(f"${value:,}") == f"{plain} dollar{'' if value == 1 else 's'}"
        assert words(f"{value:,} kg") == f"{plain} kilogram{'' if value == 1 else 's'}"


@pytest.mark.parametrize(
    "piece",
    [
        "a",
        "1",
        " ",
        "1 ",
        "a.",
        "1,",
        "A ",
        "$1",
        "-",
        "1-",
        "1/",
        "'",
        '"',
        "Dr. ",
        "a@",
        "www.",
        "I",
        "é",
        "x1",
        "1:",
        "中",
        "\u200b",
        "(",
        "m/",
        "St. A ",
    ],
)
def test_a_long_text_takes_time_in_proportion(piece: str) -> None:
    def took(size: int) -> float:
        begin = time.process_time()
        say((piece * size)[:size])
        return time.process_time() - begin

    took(1000)
    # The best of some, since another program's work in the caches is not ours.
    most = 12 * max(min(took(4_000) for _ in range(3)), 0.02)
    assert any(took(20_000) < most for _ in range(2))


def test_readings_do_not_depend_on_text_far_away() -> None:
    filler = "We walked on. " * 40
    for text in ("Dr. Smith lives on Elm Dr.", "Henry VIII", "5'10\" tall", "3-4 cups", "$1.50"):
        alone = say(text).words
        assert say(filler + text).words[-len(alone) :] == alone
        assert list(itertools.islice(say(text + " " + filler).words, len(alone))) == list(alone)
