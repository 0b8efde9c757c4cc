"""Result files on the command line: read in whatever format they are, written whole or not at all."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from aural import files, find
from aural.cli import gathered, outputs
from aural.cli.inputs import Input
from aural.errors import FormatError, UsageError, reason
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
    data = _bytes(place)
    chosen = _named(name) if name else _guessed(place, data)
    return find.page("formats", chosen).read(data, "standard input" if place == "-" else place), chosen


def many(place: str) -> Iterator[tuple[Path, Result]]:
    """The results in a file of many answers (all.jsonl, all.parquet), each with the name that its own files take.

    Raises: UsageError when the file cannot be read, DataError or FormatError for what is no answer, ExtraMissing (Parquet).
    """
    file = Path(place)
    _bytes(place, most=1)
    gathered.check(file)
    named = [Input(told, Path(told.removeprefix("sample:")).name) for told, _ in gathered.rows(file)]
    stems = outputs.stems(named)
    for told, line in gathered.rows(file):
        answer = json.loads(line)
        del answer["place"]
        yield stems[told], find.page("formats", "json").read(json.dumps(answer), f"{place}, {told}")


def _bytes(place: str, most: int = -1) -> bytes:
    """What a file or standard input holds, or its first bytes. Raises: UsageError when it cannot be read."""
    if place == "-":
        return sys.stdin.buffer.read(most)
    try:
        with open(place, "rb") as file:
            return file.read(most)
    except OSError as error:
        raise UsageError(f"this cannot be read ({reason(error)})", where=place, fix="Check the path") from error


def put(data: str | bytes, path: Path | None) -> None:
    """Write to a file, or print where `path` is None."""
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
