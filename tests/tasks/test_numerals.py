"""Figures in the place of number words: times, confidence and what was heard stay."""

from __future__ import annotations

import pytest

from aural.errors import UsageError
from aural.results import Segment, Word
from aural.tasks._numerals import in_figures, refuse


def segment(text: str, language: str | None = "en") -> Segment:
    """A word each 0.3 s, the later the less sure."""
    words = tuple(Word(0.3 * i, 0.3 * i + 0.2, w, confidence=1 - 0.1 * i) for i, w in enumerate(text.split()))
    return Segment(0.0, words[-1].end, text, words=words, language=language)


def test_a_figure_has_the_time_of_the_words_it_replaces() -> None:
    told = in_figures([segment("It costs one dollar fifty, at nine thirty a m.")])[0]
    assert told.text == "It costs $1.50, at 9:30 a.m." and told.words is not None
    assert [w.text for w in told.words] == ["It", "costs", "$1.50,", "at", "9:30 a.m."]
    price = told.words[2]
    assert (price.start, price.end, price.spoken) == (pytest.approx(0.6), pytest.approx(1.4), "one dollar fifty,")
    assert price.confidence == pytest.approx(0.6) and told.words[0].spoken is None
    assert all(a.end <= b.start for a, b in zip(told.words, told.words[1:], strict=False))
    assert (told.start, told.end) == (told.words[0].start, told.words[-1].end)


def test_a_guessed_time_stays_one() -> None:
    whole = segment("twenty five percent")
    assert whole.words is not None
    words = (whole.words[0], Word(0.3, 0.5, "five", timed="guessed"), whole.words[2])
    told = in_figures([Segment(0.0, 1.0, whole.text, words=words, language="en")])[0]
    assert told.words is not None and told.words[0].timed == "guessed" and told.text == "25%"


def test_other_languages_and_unasked_words_stay() -> None:
    german, english = segment("twenty five", "de"), segment("twenty five")
    assert in_figures([german]) == [german]
    assert in_figures([english], asked=False) == [english]
    assert in_figures([Segment(0.0, 1.0, "twenty five", language="en")])[0].text == "25"
    refuse(None)
    refuse("English")
    with pytest.raises(UsageError, match="--numerals"):
        refuse("de")
