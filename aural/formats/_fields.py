"""Fields of line formats that know no blanks inside: names and words are percent-encoded where they must be."""

from __future__ import annotations

import re
from collections.abc import Iterator

from aural.formats._lines import broken, decoded

_UNSAFE = re.compile(r"[\s%]|^[<;]")
_CODE = re.compile(r"(?:%[0-9A-F]{2})+")
NOTHING = "<NA>"


def field(text: str) -> str:
    """The text as one field: white space, percent signs and what begins like a mark become %20 and so on."""
    safe = text.encode("utf-8", "replace").decode("utf-8")
    if not safe:
        return "%"
    return _UNSAFE.sub(lambda m: "".join(f"%{byte:02X}" for byte in m[0].encode()), safe)


def text_of(part: str) -> str:
    """What `field` was given."""
    if part == "%":
        return ""
    return _CODE.sub(lambda m: bytes.fromhex(m[0].replace("%", "")).decode("utf-8", "replace"), part)


def rows_of(data: str | bytes, where: str) -> Iterator[tuple[int, list[tuple[int, str]]]]:
    """(line number, fields with their columns) of every line that is neither empty nor a `;;` comment."""
    for number, line in enumerate(decoded(data, where).split("\n"), 1):
        if line.strip() and not line.lstrip().startswith(";;"):
            yield number, [(m.start() + 1, m[0]) for m in re.finditer(r"[^ \t]+", line)]


def number_of(cell: tuple[int, str], what: str, where: str, line: int) -> float:
    """The number in a field. Raises: FormatError that names the field."""
    try:
        value = float(cell[1])
    except ValueError:
        value = -1.0
    if not 0 <= value < 1e9:
        raise broken(f"{cell[1][:20]!r} is no {what}", where, line, cell[0])
    return value


def share_of(cell: tuple[int, str], where: str, line: int) -> float | None:
    """A confidence in [0, 1], or None for `<NA>` and for scores on another scale."""
    if cell[1] in (NOTHING, "NA"):
        return None
    value = number_of(cell, "confidence", where, line) if not cell[1].startswith("-") else -1.0
    return value if 0 <= value <= 1 else None
