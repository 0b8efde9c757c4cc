"""Letters and numbers said together: x three eighty six -> X386, m p three -> MP3"""

from __future__ import annotations

from aural.text._clause import Clause, Figure
from aural.text._spoken_numbers import CARDINALS
from aural.text.written_forms._figures import below_hundred, digits, pair, year
from aural.text.written_forms._letters import run

RANK = 16


def read(clause: Clause, i: int) -> Figure | None:
    """A run of letters and the number behind it, when that is no count of what follows."""
    letters, middle = run(clause, i)
    if not letters or (len(letters) == 1 and letters in "AIO"):
        return None
    found = year(clause, middle) or pair(clause, middle) or below_hundred(clause, middle) or digits(clause, middle)
    number, end = str(found[0]), found[1]
    if not number or (len(number) == 1 and end < len(clause.words)) or clause.at(end) in CARDINALS:
        return None
    return Figure(end, letters + number)
