"""Result files on the command line: read in whatever format they are, written whole or not at all."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from aural import files, find
from aural.errors import FormatError, UsageError
from aural.formats._saved import by_ending

if TYPE_CHECKING:
    from aural.results import Result


_BEGINNINGS = {
    b"{": "json", b"WEBVTT": "vtt", b"SPEAKER ": "rttm", b"<!doctype html": "html", b'File type = "ooTextFile': "textgrid",
}  # fmt: skip


def read(place: str, name: str | None = None) -> tuple[Result, str]:
    """The result in a file (or - for standard input) and the name of its format, told by `name` or by the ending.

    Raises: UsageError when the file cannot be read or its format not be told, FormatError when it does not hold.
    """
    try:
        data = sys.stdin.buffer.read() if place == "-" else Path(place).read_bytes()
    except OSError as error:
        raise UsageError(f"this cannot be read ({error.strerror or error})", where=place, fix="Check the path") from error
    chosen = _named(name) if name else _guessed(place, data)
    return find.page("formats", chosen).read(data, "standard input" if place == "-" else place), chosen


def put(data: str | bytes, path: Path | None) -> None:
    """Write to a file, or print where `path` is None."""
    from aural.cli import outputs

    if path is None or isinstance(data, str):
        outputs.put(data, path)
    else:
        files.write_bytes(path, data)


def _named(name: str) -> str:
    from aural.cli.outputs import format_names

    names = format_names(name)
    if len(names) != 1:
        raise UsageError("a file has one format", where="--from")
    return names[0]


def _guessed(place: str, data: bytes) -> str:
    """The format by the file's ending (the longest that fits), else by what the file begins with."""
    if (known := by_ending(place)) is not None:
        return known
    head = data[:400].lstrip(b"\xef\xbb\xbf \t\r\n")
    for start, name in _BEGINNINGS.items():
        if head.startswith(start):
            return name
    raise FormatError("the format of this file cannot be told from its name", where=f"{place}:1:1", fix="Name it with --from")
