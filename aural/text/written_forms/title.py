"""Titles before a name: mister fox -> Mr. fox"""

from __future__ import annotations

from aural.text._clause import Clause, Figure

RANK = 70
_SURE = {"mister": "Mr.", "missus": "Mrs."}
_CAPITAL = {"Misses": "Mrs.", "Doctor": "Dr.", "Professor": "Prof."}  # words too: only where the recognizer writes capitals


def read(clause: Clause, i: int) -> Figure | None:
    """The short form of a title with a name behind it."""
    name = clause.told[i + 1] if i + 1 < len(clause.told) else ""
    short = _SURE.get(clause.at(i)) or (_CAPITAL.get(clause.told[i]) if name[:1].isupper() else None)
    return Figure(i + 1, short) if short and name[:1].isalpha() else None
