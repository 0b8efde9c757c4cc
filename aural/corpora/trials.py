"""Verification trials: which two recordings (or segments of them) are compared, and whether the voice is the same."""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from aural.errors import ManifestError, reason

_SAME = {"1": True, "true": True, "target": True, "0": False, "false": False, "nontarget": False}
_SEGMENTS = "segments.tsv"


@dataclass(frozen=True)
class Part:
    """A recording, or the part from `start` to `end` (s; None = to its end). `extra`: the other columns."""

    name: str
    audio: Path
    start: float = 0.0
    end: float | None = None
    extra: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Trial:
    """Two parts by name and whether they hold the same voice. `extra`: the other columns, to slice by."""

    enroll: str
    test: str
    target: bool
    extra: Mapping[str, str] = field(default_factory=dict)


def read_trials(path: Path | str) -> tuple[list[Trial], dict[str, Part]]:
    """Trials (columns enroll, test, target) and the parts that they name.

    Names stand in `segments.tsv` beside the file (segment, audio, start, end) or are paths relative to it.
    Tabs or commas part the columns; the first line names them. Raises: ManifestError with file and line.
    """
    path = Path(path)
    segments = _segments(path.parent / _SEGMENTS)
    trials: list[Trial] = []
    parts: dict[str, Part] = {}
    for number, row in _rows(path, ("enroll", "test", "target")):
        target = _SAME.get(row["target"].strip().lower())
        if target is None:
            raise ManifestError(f"target is {row['target']!r}", where=f"{path}:{number}", fix="Write 1 or 0")
        for side in ("enroll", "test"):
            name = row[side]
            if name not in parts:
                parts[name] = segments[name] if name in segments else _file(path, number, name)
        rest = {k: v for k, v in row.items() if k not in ("enroll", "test", "target")}
        trials.append(Trial(row["enroll"], row["test"], target, rest))
    if not trials:
        raise ManifestError("this file has no trials", where=str(path), fix="Write the columns enroll, test, target")
    return trials, parts


def _segments(path: Path) -> dict[str, Part]:
    if not path.is_file():
        return {}
    found = {}
    for number, row in _rows(path, ("segment", "audio")):
        audio = path.parent / row["audio"]
        if not audio.is_file():
            raise ManifestError(f"the recording {row['audio']!r} is not there", where=f"{path}:{number}")
        start = _seconds(row.get("start"), path, number) or 0.0
        end = _seconds(row.get("end"), path, number)
        if end is not None and end <= start:
            raise ManifestError(f"{start:g} to {end:g} s is no part of a recording", where=f"{path}:{number}")
        rest = {k: v for k, v in row.items() if k not in ("segment", "audio", "start", "end")}
        found[row["segment"]] = Part(row["segment"], audio, start, end, rest)
    return found


def _file(path: Path, number: int, name: str) -> Part:
    audio = path.parent / name
    if not name or not audio.is_file():
        fix = f"Name a segment of {_SEGMENTS} beside this file, or a recording relative to it"
        raise ManifestError(f"there is no segment and no recording {name!r}", where=f"{path}:{number}", fix=fix)
    return Part(name, audio)


def _seconds(text: str | None, path: Path, number: int) -> float | None:
    if text is None or not text.strip():
        return None
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or value < 0:
        raise ManifestError(f"{text!r} is no time in seconds", where=f"{path}:{number}")
    return value


def _rows(path: Path, needed: tuple[str, ...]) -> list[tuple[int, dict[str, str]]]:
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        fix = f"Give a table with the columns {', '.join(needed)}"
        raise ManifestError(f"this file cannot be read ({reason(error)})", where=str(path), fix=fix) from None
    if not lines:
        return []
    reader = csv.DictReader(lines, delimiter="\t" if "\t" in lines[0] else ",")
    missing = [name for name in needed if name not in (reader.fieldnames or ())]
    if missing:
        fix = f"The first line names the columns: {', '.join(needed)}"
        raise ManifestError(f"the column {missing[0]!r} is missing", where=f"{path}:1", fix=fix)
    rows = []
    for number, row in enumerate(reader, 2):
        if None in row or None in row.values():
            raise ManifestError("this line has another number of columns than the first", where=f"{path}:{number}")
        rows.append((number, dict(row)))
    return rows
