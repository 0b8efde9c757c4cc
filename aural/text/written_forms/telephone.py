"""Digits said one by one: five five five one two three four -> 555-1234; four and more; plus four four two ... -> +442..."""

from __future__ import annotations

from aural.text._clause import Clause, Figure
from aural.text.written_forms._figures import digits

RANK = 14
_GROUPS = {7: (3, 4), 10: (3, 3, 4), 11: (1, 3, 3, 4)}
_LEAST = 4
_LEAST_ABROAD = 8  # with the number of the land
_SECURITY = (3, 2, 4)


def read(clause: Clause, i: int) -> Figure | None:
    """Telephone numbers in groups, "one eight hundred" as 1-800; other runs of four digits and more together."""
    if clause.at(i) == "plus":
        abroad, end = digits(clause, i + 1)
        return Figure(end, f"+{abroad}") if len(abroad) >= _LEAST_ABROAD else None
    found, end = digits(clause, i)
    toll, after = digits(clause, end + 1) if clause.at(end) == "hundred" else ("", end)
    if 0 < len(found) < 3 and len(toll) == 7:
        return Figure(after, f"{found[:-1]}{'-' * (len(found) - 1)}{found[-1]}00-{toll[:3]}-{toll[3:]}")
    if len(found) < _LEAST or clause.at(end) in ("hundred", "thousand", "point", "dot"):
        return None
    groups = _GROUPS.get(len(found), (len(found),))
    if len(found) == 9 and "ssn" in clause.words[max(0, i - 3) : i]:
        groups = _SECURITY
    parts, place = [], 0
    for size in groups:
        parts.append(found[place : place + size])
        place += size
    return Figure(end, "-".join(parts))
