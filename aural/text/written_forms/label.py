"""Things that bear a number of three figures for a name: room two oh four -> room 204, flight seven forty seven -> flight 747"""

from __future__ import annotations

from aural.text._clause import Clause, Figure
from aural.text._spoken_numbers import CARDINALS, OH
from aural.text.written_forms._figures import below_hundred, ends_count, pair

RANK = 20
# Those whose number is said in pairs again when it is read; "page two thirty" would come back as a count.
_NAMED = frozenset("room suite highway route interstate gate flight channel apartment boeing airbus".split())


def read(clause: Clause, i: int) -> Figure | None:
    """The thing as it was told and its number, where nothing follows that the number could count."""
    if clause.at(i) not in _NAMED:
        return None
    found = pair(clause, i + 1)
    if not found or found[0].endswith("00") or not ends_count(clause, found[1]):
        return None
    more = clause.at(found[1]) in (*CARDINALS, *OH) or below_hundred(clause, found[1])
    return None if more else Figure(found[1], f"{clause.told[i]} {found[0]}")
