"""Errors of word times."""

from __future__ import annotations

import math

import pytest

from aural.errors import UsageError
from aural.metrics.times import starts_in_silence, summary, time_errors
from aural.results import Span, Word


def words(*rows: tuple[float, float, str]) -> list[Word]:
    return [Word(start, end, text) for start, end, text in rows]


def test_only_words_that_agree_are_measured() -> None:
    reference = words((0.0, 0.5, "the"), (0.5, 1.0, "cat"), (2.0, 2.5, "sat"))
    answer = words((0.02, 0.5, "the"), (0.6, 1.0, "bat"), (1.9, 2.6, "sat"))
    errors = time_errors(reference, answer)
    assert errors.starts == pytest.approx([0.02, -0.1])
    assert errors.ends == pytest.approx([0.0, 0.1])
    assert errors.after_pause.tolist() == [False, True]
    told = summary(errors)
    assert (told.measured, told.words) == (2, 3)
    assert told.start_median == pytest.approx(0.06)
    assert told.start_shift == pytest.approx(-0.04)
    assert told.start_p95_after_pause == pytest.approx(0.1)


def test_recordings_add_up_and_nothing_is_nan() -> None:
    one = time_errors(words((0, 1, "a")), words((0.1, 1, "a")))
    assert summary(one + one).measured == 2
    nothing = summary(time_errors(words((0, 1, "a")), []))
    assert nothing.measured == 0 and math.isnan(nothing.start_median)


def test_starts_in_silence() -> None:
    speech = [Span(1, 2), Span(3, 4)]
    told = words((0.5, 1.5, "a"), (1.0, 1.5, "b"), (2.05, 3.1, "c"), (3.5, 4, "d"))
    assert starts_in_silence(told, speech) == 0.5
    assert starts_in_silence(told, speech, slack=0.1) == 0.25
    assert starts_in_silence([], speech) == 0
    assert starts_in_silence(told, []) == 1


def test_words_out_of_order_are_refused() -> None:
    with pytest.raises(UsageError, match="starts before"):
        time_errors(words((1, 2, "a"), (0, 1, "b")), [])
