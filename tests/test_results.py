"""Result types: spans, the 1 ms grid, equality, and what a Result refuses."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aural.results import Curve, Event, Recording, Result, Segment, Span, Word, clock, grid_duration, grid_span, on_grid

RECORDING = Recording("talk", 10.0, 16000, 1)
times = st.floats(0, 1e5, allow_nan=False)


@pytest.mark.parametrize(("start", "end"), [(1, 1), (2, 1), (-0.1, 1), (math.nan, 1), (0, math.inf)])
def test_a_span_needs_order(start: float, end: float) -> None:
    with pytest.raises(ValueError, match="span"):
        Span(start, end)


@given(times, times)
def test_the_grid_never_loses_time(a: float, b: float) -> None:
    start, end = sorted((a, b))
    on = grid_span(start, end)
    assert on[0] <= start + 1e-6
    assert on[1] >= end - 1e-6
    assert on[1] - on[0] >= 0.001 - 1e-9
    assert abs(on[0] * 1000 - round(on[0] * 1000)) < 1e-6


@given(st.floats(0.001, 100), st.floats(0, 200), st.floats(0, 200))
def test_the_grid_stays_inside_the_recording(duration: float, a: float, b: float) -> None:
    start, end = grid_span(min(a, b), max(a, b), duration)
    assert 0 <= start < end <= grid_duration(duration) + 1e-9


def test_a_segment_moves_with_its_words() -> None:
    word = Word(1.00049, 1.20001, "hi")
    moved = on_grid(Segment(1.00049, 1.20001, "hi", words=(word,)))
    assert (moved.start, moved.end) == (1.0, 1.201)
    assert (moved.words[0].start, moved.words[0].end) == (1.0, 1.201)


def test_a_result_refuses_words_outside_and_words_that_go_back() -> None:
    def result(*words: Word) -> Result:
        return Result(RECORDING, segments=(Segment(0, 10, "x", words=words),))

    result(Word(1, 2, "a"), Word(1, 3, "b"))
    with pytest.raises(ValueError, match="outside"):
        result(Word(9, 10.1, "a"))
    with pytest.raises(ValueError, match="go back"):
        result(Word(2, 3, "a"), Word(1, 4, "b"))


def test_channels_have_their_own_order() -> None:
    words = (Word(2, 3, "a", channel=0), Word(1, 4, "b", channel=1))
    assert len(list(Result(RECORDING, segments=(Segment(0, 10, "x", words=words),)).words())) == 2


def test_reads_like_whispers_dictionary() -> None:
    result = Result(RECORDING, language="en", segments=(Segment(0, 1, "One."), Segment(1, 2, "Two.")))
    assert result["text"] == result.text == "One. Two."
    assert result["language"] == "en"
    with pytest.raises(KeyError):
        result["nothing"]


def test_none_is_not_asked_and_empty_is_nothing_found() -> None:
    assert Result(RECORDING).events is None
    assert Result(RECORDING, events=()).events == ()
    assert not Result(RECORDING).same(Result(RECORDING, events=()))


def test_same_looks_into_arrays() -> None:
    def result(value: float) -> Result:
        return Result(RECORDING, curves=(Curve("pitch", "Hz", 0, 0.01, np.array([1.0, np.nan, value])),))

    assert result(2).same(result(2))
    assert not result(2).same(result(3))
    assert not result(2).same(Result(RECORDING, events=(Event(0, 1, "dog"),)))


def test_clock() -> None:
    assert [clock(s) for s in (0.5, 62.345, 3600)] == ["0:00.500", "1:02.345", "1:00:00.000"]


def test_a_segment_prints_as_one_line() -> None:
    words = (Word(1.0, 2.5, "Hi."),)
    assert str(Segment(1.0, 2.5, "Hi.", words=words, speaker="SPEAKER_00")) == "[0:01.000 - 0:02.500] SPEAKER_00: Hi."
    assert str(Segment(1.0, 2.5, "Hi.")) == "[0:01.000 - 0:02.500] Hi."


def test_a_result_prints_as_one_line() -> None:
    segment = Segment(0, 1, "a b", words=(Word(0, 0.5, "a"), Word(0.5, 1, "b")))
    assert repr(Result(RECORDING, segments=(segment,), events=())) == "<Result 'talk', 10.000 s: 2 words, 1 segment>"
