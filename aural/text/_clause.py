"""What a page of written forms is given and what it gives back.

A page in `written_forms/` holds `RANK` and `read(clause, i)`: what is written for the words from i on, or None. Of all
pages' figures the longest is taken, of equal ones that of the lower rank.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final


@dataclass(frozen=True)
class Figure:
    """What is written for the words of a clause up to `end`."""

    end: int
    text: str


@final
@dataclass(frozen=True)
class Clause:
    """Words between two marks: `words` in small letters, `told` as the recognizer wrote them."""

    words: Sequence[str]
    told: Sequence[str]

    def at(self, i: int) -> str:
        """The word at i, "" outside."""
        return self.words[i] if 0 <= i < len(self.words) else ""
