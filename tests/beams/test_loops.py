"""Loops are found, refrains are not."""

from __future__ import annotations

import pytest

from aural.beams.loops import loop_at, repetition


@pytest.mark.parametrize("period", [1, 2, 3, 7])
def test_a_loop_at_the_end_is_found_with_its_beginning(period: int) -> None:
    head = [100, 101, 102]
    tokens = head + list(range(period)) * max(4, -(-12 // period))
    assert loop_at(tokens) == len(head)


@pytest.mark.parametrize("tokens", [[], [1], list(range(60)), [1, 2, 3] * 3, [5] * 4, [1, 1, 1, 1, 1, 2]])
def test_what_people_say_is_no_loop(tokens: list[int]) -> None:
    assert loop_at(tokens) is None


def test_repetition_counts_what_stood_there_before() -> None:
    assert repetition([1, 2, 3, 4, 5]) == 0.0
    assert repetition([1, 2] * 20) > 0.9
    assert repetition([]) == 0.0
