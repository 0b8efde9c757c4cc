"""Letters said one by one: f b i -> FBI, t v -> TV"""

from __future__ import annotations

from aural.text._clause import Clause, Figure
from aural.text.written_forms._letters import run

RANK = 60


def read(clause: Clause, i: int) -> Figure | None:
    """A run of letters with two beside "a", "i" and "o", which are words too; it does not begin with these."""
    letters, end = run(clause, i)
    plain = sum(letter not in "AIO" for letter in letters)
    return Figure(end, letters) if plain > 1 and letters[0] not in "AIO" else None
