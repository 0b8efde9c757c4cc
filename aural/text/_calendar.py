"""Months and days of the week, in full and short, as patterns and names."""

from __future__ import annotations

from aural.text._spoken_numbers import MONTHS

_SHORT = {"sept": "september", **{m[:3]: m for m in MONTHS}}
DAYS = tuple("monday tuesday wednesday thursday friday saturday sunday".split())
_SHORT_DAYS = {
    "mon": "monday", "tue": "tuesday", "tues": "tuesday", "wed": "wednesday", "weds": "wednesday", "thu": "thursday",
    "thur": "thursday",
    "thurs": "thursday", "fri": "friday", "sat": "saturday", "sun": "sunday",
}  # fmt: skip
MONTH = "(?:" + "|".join(sorted({*MONTHS, *_SHORT}, key=len, reverse=True)) + r")(?![^\W\d_])\.?"
SHORT_DAY = "(?:" + "|".join(sorted(_SHORT_DAYS, key=len, reverse=True)) + r")(?!\w)"


def month(written: str) -> str:
    """The name of a month from its name, its short form or its number."""
    name = written.lower().rstrip(".")
    return (MONTHS[int(name) - 1] if name.isdecimal() else _SHORT.get(name, name)).capitalize()


def day_of_week(written: str) -> str:
    """The name of a day from its short form."""
    return _SHORT_DAYS[written.lower().rstrip(".")].capitalize()
