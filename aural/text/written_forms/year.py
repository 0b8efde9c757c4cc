"""Years said in pairs, where that is safe: twenty twenty four -> 2024, nineteen eighties -> 1980s"""

from __future__ import annotations

import re

from aural.text._clause import Clause, Figure
from aural.text._spoken_numbers import CARDINALS, number_at
from aural.text.written_forms._figures import below_hundred, year

RANK = 30
_SURE = range(15, 21)  # hundreds: "eleven thirty" may be a time, "twenty five thirty" two counts
_COUNTED = re.compile(
    r"(?:minutes?|hours?|seconds?|days?|weeks?|months?|years?|dollars?|cents?|percent|euros?|people|times|vision|hindsight|or|to)$"
)


def read(clause: Clause, i: int) -> Figure | None:
    """Four figures or a decade; None where the second pair counts what follows or a number stands before."""
    if clause.at(i)[:1].isdecimal() or clause.at(i - 1) in CARDINALS:
        return None
    number, size = number_at(clause.words[i : i + 4], 0)
    if number and re.fullmatch(r"\d{3}0s", number.text):
        return Figure(i + size, number.text)
    first, found = below_hundred(clause, i), year(clause, i)
    if not found or not first or first[0] not in _SURE or first[1] - i > 1 or clause.at(i + 1) in ("hundred", "thousand"):
        return None
    return None if _COUNTED.match(clause.at(found[1])) or clause.at(found[1]) in CARDINALS else Figure(found[1], found[0])
