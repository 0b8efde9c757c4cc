"""Times of day: 9:30 a.m., 10am, 13:05, 2.30 p.m. EST, 01:02:03, 0700 hours"""

from __future__ import annotations

import re

from aural.text._number_words import cardinal, one_by_one
from aural.text._reading import Around, Reading, said
from aural.text.spoken_forms._amounts import amount

RANK = 12
_HALF = r"(?:\s?(?P<half>[ap])\.?\s?m(?!\w)(?P<dot>\.?))"
_ZONES = "|".join(r"\.?".join(z) for z in "est edt cst cdt mst mdt pst pdt et ct pt gmt utc bst cet cest ist jst aest aedt".split())
_ZONE = rf"(?:\s?(?P<zone>(?:{_ZONES})(?!\w)\.?))"
PATTERN = re.compile(
    rf"(?P<hour>[01]?\d|2[0-4])(?:(?P<sep>[:.])(?P<minute>[0-5]\d)(?:(?P=sep)(?P<second>[0-5]\d)(?P<part>\.\d{{1,3}})?)?(?!\d))?{_HALF}?{_ZONE}?(?!\w|[:]\d|\.\d|,\d{{3}})"
    rf"|(?P<clock>[01]\d|2[0-4])(?P<after>[0-5]\d)(?=\s(?:hours|hrs)\b)",
    re.IGNORECASE,
)


def read(found: re.Match[str], around: Around) -> Reading | None:
    """Hours and minutes, "o" before a single minute, "o'clock" for full hours without a.m. or p.m."""
    if found["clock"]:
        return _on_duty(found)
    if not found["minute"] and not found["half"]:
        return None
    if found["sep"] == "." and not found["half"]:
        return None
    if re.search(r"\d[.:/-]$", around.left) and around.previous != "range":
        return None
    end = found.end()
    behind: tuple[str, ...] = (found["half"].upper() + "M",) if found["half"] else ()
    if found["zone"]:
        if not _is_zone(found["zone"], found):
            end = (
                found.end("dot")
                if found["half"]
                else found.end("part" if found["part"] else "second")
                if found["second"]
                else found.end("minute")
            )
        else:
            behind += (found["zone"].replace(".", "").upper(),)
    written = around.text[found.start() : end]
    if written.endswith(".") and around.closes(end):
        end -= 1
    return said(end, *_clock(found), *behind)


def _on_duty(found: re.Match[str]) -> Reading:
    """Four digits of hours: zero seven hundred, fourteen thirty."""
    hour, minute = found["clock"], found["after"]
    first = ("zero", *cardinal(int(hour[1]))) if hour[0] == "0" else cardinal(int(hour))
    last = ("hundred",) if minute == "00" else one_by_one(minute) if minute[0] == "0" else cardinal(int(minute))
    return said(found.end(), *first, *last)


def _is_zone(written: str, found: re.Match[str]) -> bool:
    """A zone is set in capitals, with points, or behind a.m. and p.m.; "est" and "ist" are words too."""
    return written.isupper() or "." in written or bool(found["half"])


def _clock(found: re.Match[str]) -> tuple[str, ...]:
    hour, minute = int(found["hour"]), int(found["minute"] or 0)
    if found["second"]:
        seconds = (*amount(found["second"].lstrip("0") + found["part"]), "seconds") if found["part"] else None
        return (
            *_several(hour, "hour"), *_several(minute, "minute"), "and", *(seconds or _several(int(found["second"]), "second")),
        )  # fmt: skip
    if minute:
        return (*cardinal(hour), *(("o",) if minute < 10 else ()), *cardinal(minute))
    return cardinal(hour) if found["half"] else (*cardinal(hour), "o'clock")


def _several(count: int, what: str) -> tuple[str, ...]:
    return (*cardinal(count), what if count == 1 else f"{what}s")
