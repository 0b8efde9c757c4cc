"""Times of day: nine thirty a m -> 9:30 a.m., at nine thirty -> 9:30, three o'clock -> 3:00"""

from __future__ import annotations

from aural.text._clause import Clause, Figure
from aural.text._spoken_numbers import CARDINALS
from aural.text.written_forms._figures import below_hundred, ends_count, names_number

RANK = 11


def read(clause: Clause, i: int) -> Figure | None:
    """An hour with a.m., p.m. or o'clock; hour and minutes where nothing is counted or numbered by them."""
    hour = CARDINALS.get(clause.at(i), 0)
    if not 0 < hour <= 12:
        return None
    minute = below_hundred(clause, i + 1, oh=True)
    if minute and minute[0] > 59:
        return None
    end = minute[1] if minute else i + 1
    half, after = _half(clause, end)
    if half:
        return Figure(after, f"{hour}:{minute[0]:02} {half}" if minute else f"{hour} {half}")
    if not minute:
        return Figure(end + 1, f"{hour}:00") if clause.at(end) in ("o'clock", "oclock") else None
    if ends_count(clause, end) and not names_number(clause, i):
        return Figure(end, f"{hour}:{minute[0]:02}")
    return None


def _half(clause: Clause, i: int) -> tuple[str, int]:
    """a.m. or p.m. in any of its spellings, and the place behind it; "" when there is none."""
    joined = clause.at(i).replace(".", "")
    if joined in ("am", "pm"):
        return f"{joined[0]}.m.", i + 1
    if joined in ("a", "p") and clause.at(i + 1) == "m":
        return f"{joined}.m.", i + 2
    return "", i
