"""Finds the loops that a decoder runs into: the same stretch of tokens again and again."""

from __future__ import annotations

from collections.abc import Hashable, Sequence


def loop_at(tokens: Sequence[Hashable], *, shortest: int = 12, repeats: int = 4) -> int | None:
    """The index where a loop at the end of `tokens` begins, or None.

    A loop is a stretch that stands at least `repeats` times in a row at the very end and covers at
    least `shortest` tokens in all, so that "no, no, no" or a refrain sung three times is none.
    """
    size = len(tokens)
    for period in range(1, size // repeats + 1):
        if tokens[size - period :] != tokens[size - 2 * period : size - period]:
            continue
        begin = size - 2 * period
        while begin >= period and tokens[begin - period : begin] == tokens[begin : begin + period]:
            begin -= period
        length = size - begin
        if length >= repeats * period and length >= shortest:
            return begin
    return None


def repetition(tokens: Sequence[Hashable], length: int = 3) -> float:
    """The share of n-grams of `length` tokens that stood there before: 0 = all new, towards 1 = a loop."""
    grams = [tuple(tokens[i : i + length]) for i in range(len(tokens) - length + 1)]
    return 1.0 - len(set(grams)) / len(grams) if grams else 0.0
