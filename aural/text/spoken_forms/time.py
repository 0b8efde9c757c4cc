"""Times of day: 9:30 a.m., 10am, 13:05, 2.30 p.m. EST, 01:02:03, 0700 hours"""

from __future__ import annotations

import re

from aural.text._number_words import cardinal, one_by_one
from aural.text._reading import Around, Reading, said
from aural.text.spoken_forms._amounts import amount

RANK = 12
_HALF = r"(?:\s?(?P<half>[ap])\.?\s?m(?!\w)(?P<dot>\.?))"
_ZONES = "|".join(r"\.?".join(z) for z in "est edt cst cdt mst mdt pst pdt et ct pt gmt utc bst cet cest ist jst aest aedt".split())
_ZONE = rf"(?:\s?(?P<zone>(?:{_ZONES})(?!\w)\.?|(?-i:Z)(?!\w))(?P<offset>[-+]\d{{1,2}}(?::?[034][05])?(?!\d))?)"
PATTERN = re.compile(
    r"(?P<lasted>\d{1,3}):(?P<over>[0-5]\d)\s(?:mins?\b\.?|minutes?\b)"
    rf"|(?P<hour>[01]?\d|2[0-4])(?:(?P<sep>[:.])(?P<minute>[0-5]\d)(?:(?P=sep)(?P<second>[0-5]\d)(?P<part>\.\d{{1,3}})?)?(?!\d))?{_HALF}?{_ZONE}?(?P<about>-?ish)?(?!\w|[:]\d|\.\d|,\d{{3}})(?P<duty>(?<=[\d]{{2}})\s(?:hours|hrs?)\b\.?)?"
    r"|(?P<minutes>\d?\d):(?P<seconds>[0-5]\d\.\d{1,3})(?![\w:]|\.\d)"
    r"|(?P<hours>\d{1,2})h\s?(?P<rest>[0-5]\d)(?:\s?m(?:in)?)?(?:\s?(?P<last>[0-5]?\d)\s?s(?:ec)?)?(?!\w)"
    r"|(?P<clock>[01]\d|2[0-4])(?P<after>[0-5]\d)(?:(?=\shours\b)|(?P<short>\shrs?\b\.?|h(?!\w)))"
    r"|(?P<alone>UTC|GMT)\s?(?P<shift>[-+]\d{1,2}(?::?[034][05])?)(?![\w:])"
    rf"|(?P<telly>1[0-2]|[1-9])(?::(?P<tellies>[0-5]\d))?(?P<letter>[ap])(?!\w)"
    r"(?:(?=\s(?:E|C|M|P)[SD]?T\b|[-–](?:1[0-2]|[1-9])(?::[0-5]\d)?[ap]\b)|(?<=[ap][-–]\d[ap])|(?<=[ap][-–]\d\d[ap])"
    r"|(?<=[ap][-–]\d:\d\d[ap])|(?<=[ap][-–]\d\d:\d\d[ap]))",
    re.IGNORECASE,
)


def read(found: re.Match[str], around: Around) -> Reading | None:
    """Hours and minutes, "o" before a single minute, "o'clock" for full hours without a.m. or p.m."""
    if found["clock"]:
        return _on_duty(found, around)
    if found["lasted"]:
        minutes, seconds = _several(int(found["lasted"]), "minute"), _several(int(found["over"]), "second")
        return said(found.end(), *minutes, *seconds)
    if found["alone"]:
        return said(found.end(), found["alone"].upper(), *_offset(found["shift"]))
    if found["telly"]:
        minute = int(found["tellies"] or 0)
        return said(found.end(), *cardinal(int(found["telly"])), *_minutes(minute), found["letter"].upper() + "M")
    if found["seconds"]:
        return said(found.end(), *_several(int(found["minutes"]), "minute"), *amount(found["seconds"].lstrip("0")), "seconds")
    if found["hours"]:
        last = _several(int(found["last"]), "second") if found["last"] else ()
        return said(found.end(), *_several(int(found["hours"]), "hour"), *_several(int(found["rest"]), "minute"), *last)
    if not found["minute"] and not found["half"]:
        return None
    if found["sep"] == "." and not found["half"]:
        return None
    if re.search(r"\d[.:/-]$", around.left) and around.previous != "range":
        return None
    if found["duty"] and found["sep"] == ":" and not found["second"]:
        hour = found["hour"]
        return said(found.end(), *_of_four(f"{hour:0>2}", found["minute"]), "hours")
    return _timed(found, around)


def _timed(found: re.Match[str], around: Around) -> Reading:
    """The time with half of the day, zone and "ish" behind it."""
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
            behind += (found["zone"].replace(".", "").upper(), *_offset(found["offset"] or ""))
    written = around.text[found.start() : end]
    if written.endswith(".") and around.closes(end):
        end -= 1
    return said(end, *_clock(found), *behind, *(("ish",) if found["about"] else ()))


def _on_duty(found: re.Match[str], around: Around) -> Reading | None:
    """Four digits of hours: zero seven hundred, fourteen thirty; 2000h and 1500 hrs may be a sum of hours."""
    short = found["short"]
    if short and found["clock"][0] != "0" and found["after"] == "00":
        return None
    end = found.end()
    if short and short.endswith(".") and around.closes(end):
        end -= 1
    return said(end, *_of_four(found["clock"], found["after"]), *(("hours",) if short else ()))


def _of_four(hour: str, minute: str) -> tuple[str, ...]:
    first = ("zero", *cardinal(int(hour[1]))) if hour[0] == "0" else cardinal(int(hour))
    last = ("hundred",) if minute == "00" else one_by_one(minute) if minute[0] == "0" else cardinal(int(minute))
    return (*first, *last)


def _offset(written: str) -> tuple[str, ...]:
    """Hours from the zone: +1, -05:30."""
    if not written:
        return ()
    hours, minutes = written[1:3].strip(":"), written[3:].strip(":")
    sign = "plus" if written[0] == "+" else "minus"
    return (sign, *cardinal(int(hours)), *(cardinal(int(minutes)) if minutes.strip("0") else ()))


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
        return (*cardinal(hour), *_minutes(minute))
    told = found["half"] or re.match(r" o'clock", found.string[found.end() : found.end() + 9])
    return cardinal(hour) if told else (*cardinal(hour), "o'clock")


def _minutes(minute: int) -> tuple[str, ...]:
    """Minutes behind the hour, nothing for none."""
    return (*(("o",) if minute < 10 else ()), *cardinal(minute)) if minute else ()


def _several(count: int, what: str) -> tuple[str, ...]:
    return (*cardinal(count), what if count == 1 else f"{what}s")
