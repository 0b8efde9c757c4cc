"""What the pages share for reading and writing lines: bytes to text, clear errors, times, names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import PurePath

from aural.errors import FormatError
from aural.results import Recording, Result, grid_span

_STAMP = re.compile(r"(?:(\d{1,4}):)?(\d{1,5}):(\d{1,2})(?:[.,](\d{1,6}))?")


def decoded(data: str | bytes, where: str = "") -> str:
    """Text from bytes (UTF-8 or UTF-16, with or without a mark), line ends as \\n.

    Raises: FormatError at the first byte that is no text.
    """
    if isinstance(data, str):
        text = data
    else:
        codec = "utf-8"
        if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
            codec = "utf-16"
        elif len(data) >= 4 and (data[1:4:2] == b"\0\0" or data[0:3:2] == b"\0\0"):
            codec = "utf-16-le" if data[1] == 0 else "utf-16-be"
        try:
            text = data.decode(codec)
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            column = error.start - (data.rfind(b"\n", 0, error.start) + 1) + 1
            raise broken("this is not text in UTF-8 or UTF-16", where, line, column, "Save the file as UTF-8") from None
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def broken(what: str, where: str, line: int, column: int = 1, fix: str = "") -> FormatError:
    """The error for input that cannot be read, with its place as file:line:column."""
    return FormatError(what, where=f"{where or 'input'}:{line}:{column}", fix=fix)


def squeezed(text: str) -> str:
    """Text on one line: all white space as single blanks, and nothing that UTF-8 cannot hold."""
    return " ".join(text.encode("utf-8", "replace").decode("utf-8").split())


def names_of(result: Result) -> Mapping[str, str]:
    """Speaker label -> the name that people read (the name from the voice book, else the label)."""
    return {s.label: squeezed(s.name) if s.name else s.label for s in result.speakers or ()}


def shown(names: Mapping[str, str], label: str | None) -> str | None:
    """The one-line name of a speaker, or None without one."""
    return squeezed(names.get(label, label)) or None if label is not None else None


def stamp(seconds: float, mark: str = ".", hours: bool = True) -> str:
    """HH:MM:SS.mmm with `mark` before the milliseconds; without `hours`, MM:SS.mmm below one hour."""
    milliseconds = round(seconds * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    head = f"{minutes // 60:02}:{minutes % 60:02}" if hours or minutes >= 60 else f"{minutes:02}"
    return f"{head}:{rest // 1000:02}{mark}{rest % 1000:03}"


def seconds_of(text: str) -> float | None:
    """Seconds from [[H]H:]MM:SS[.mmm] (comma or point), on the 1 ms grid; None when it is no time."""
    found = _STAMP.fullmatch(text.strip())
    if found is None or int(found[3]) > 59:
        return None
    whole = (int(found[1] or 0) * 60 + int(found[2])) * 60 + int(found[3])
    return whole + round(int(f"{found[4] or '0':0<6}") / 1000) / 1000


def span_of(start: float, end: float, where: str, line: int, column: int = 1) -> tuple[float, float]:
    """A span on the 1 ms grid (a span without length gets 1 ms). Raises: FormatError when it runs backwards."""
    if not 0 <= start < 1e9 or not 0 <= end < 1e9:
        raise broken(f"the times {start:g} and {end:g} are outside any recording", where, line, column)
    if end < start:
        raise broken(f"the end ({end:g} s) lies before the start ({start:g} s)", where, line, column)
    if round(end * 1000) <= round(start * 1000):
        return round(start, 3), round(start + 0.001, 3)
    return grid_span(start, end)


def recording_of(where: str, duration: float | None = None, name: str = "") -> Recording:
    """The recording behind a file that tells little about it: its name is the file's, the rest unknown."""
    return Recording(name or PurePath(where).stem or "recording", duration, 0, 1)


def tagged(speaker: str | None, text: str) -> str:
    """`[Sarah]: text`; text that only looks so keeps its meaning through an empty pair of brackets."""
    if speaker is None:
        return f"[]: {text}" if _TAG.match(text) else text
    return f"{tag(speaker)} {text}"


def tag(speaker: str) -> str:
    """`[Sarah]:`, with brackets and backslashes of the name escaped."""
    return "[" + re.sub(r"([\\\]])", r"\\\1", squeezed(speaker)) + "]:"


def untagged(text: str) -> tuple[str | None, str]:
    """(speaker or None, text) of what `tagged` made."""
    found = _TAG.match(text)
    if found is None:
        return None, text
    return re.sub(r"\\(.)", r"\1", found[1]) or None, text[found.end() :].lstrip(" ")


_TAG = re.compile(r"\[((?:[^\]\\]|\\.)*)\]:(?= |$)")
