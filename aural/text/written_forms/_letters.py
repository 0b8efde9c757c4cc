"""Letters said one by one in a clause."""

from __future__ import annotations

from aural.text._clause import Clause

_LONGEST = 40


def run(clause: Clause, i: int) -> tuple[str, int]:
    """The letters from i on as capitals, and the place behind them."""
    end = i
    while end < i + _LONGEST and len(clause.at(end)) == 1 and clause.at(end).isalpha():
        end += 1
    return "".join(clause.words[i:end]).upper(), end
