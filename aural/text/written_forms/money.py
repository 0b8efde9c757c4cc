"""Money: one dollar fifty -> $1.50, five million euros -> €5 million, fifty cents -> 50¢"""

from __future__ import annotations

from aural.text._clause import Clause, Figure
from aural.text.written_forms._figures import amount, below_hundred, count, ends_count

RANK = 12
# Pounds weigh as often as they cost: they need their pence.
_SIGNS = {
    "dollar": "$", "dollars": "$", "euro": "€", "euros": "€", "rupee": "₹", "rupees": "₹", "yen": "¥", "pound": "£", "pounds": "£",
}  # fmt: skip
_SEVERAL = frozenset("dollars euros rupees yen".split())
_HUNDREDTHS = frozenset("cent cents penny pence".split())


def read(clause: Clause, i: int) -> Figure | None:
    """The sign, the amount, and the hundredths that follow; a lone number of cents from ten on."""
    found = ("1", i + 1) if clause.at(i) == "a" else amount(clause, i)
    if not found:
        return None
    last = amount(clause, found[1] + 1) if clause.at(found[1]) == "to" and clause.at(i) != "a" else None
    if last and clause.at(last[1]) in _SEVERAL and found[0].isdecimal() and int(found[0]) < float(last[0].split()[0]):
        return Figure(last[1] + 1, f"{_SIGNS[clause.at(last[1])]}{found[0]}-{last[0]}")
    end = found[1]
    if clause.at(end) in ("cent", "cents"):
        return Figure(end + 1, f"{found[0]}¢") if found[0].isdecimal() and 10 <= int(found[0]) < 100 else None
    land = {"us": 1, "united states": 2}
    skip = next((n for name, n in land.items() if clause.words[end : end + n] == name.split()), 0)
    sign = _SIGNS.get(clause.at(end + skip))
    if not sign:
        return None
    least, after = _hundredths(clause, end + skip + 1)
    if least is None:
        return None if sign == "£" or clause.at(i) == "a" else Figure(end + skip + 1, f"{sign}{found[0]}")
    return Figure(after, f"{sign}{found[0]}.{least:02}") if found[0].isdecimal() else None


def _hundredths(clause: Clause, i: int) -> tuple[int | None, int]:
    """Cents behind the coins: "and fifty cents", or a bare "fifty" where nothing that it could count follows."""
    first = i + (clause.at(i) == "and")
    found = count(clause, first)
    if found and clause.at(found[1]) in _HUNDREDTHS and 0 < int(found[0]) < 100:
        return int(found[0]), found[1] + 1
    bare = below_hundred(clause, i, oh=True)
    if bare and ends_count(clause, bare[1]):
        return bare
    return None, i
