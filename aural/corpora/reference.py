"""Reference files beside recordings: turns as RTTM or JSON, scored parts as UEM."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aural.errors import ManifestError, reason
from aural.results import Span, Turn


@dataclass(frozen=True)
class Utterance:
    """One turn with what was said in it; `text` None = only who spoke is known."""

    turn: Turn
    text: str | None


def rttm(path: Path, name: str = "", where: str = "") -> tuple[Turn, ...]:
    """SPEAKER lines of an RTTM file as turns in order; of several recordings those of `name` (its file id).

    Raises: ManifestError with file and line.
    """
    rows = []
    for number, fields in _fields(path, where):
        if fields[0] != "SPEAKER":
            continue
        try:
            start, length = float(fields[3]), float(fields[4])
            rows.append((fields[1], Turn(start, start + length, fields[7])))
        except (IndexError, ValueError) as error:
            raise ManifestError(f"this is no RTTM line ({reason(error)})", where=f"{path}:{number}") from None
    return tuple(sorted(_of(rows, name), key=lambda t: (t.start, t.end, t.speaker)))


def uem(given: Any, name: str = "", where: str = "") -> tuple[Span, ...]:
    """Scored parts: [[start, end], ...], or the path of a UEM file, the lines of `name`.

    Raises: ManifestError.
    """
    if not isinstance(given, str):
        try:
            return tuple(Span(float(start), float(end)) for start, end in given)
        except (TypeError, ValueError) as error:
            raise ManifestError(f"uem does not hold ({reason(error)})", where=where, fix="Write [[start, end], ...]") from None
    path = Path(given)
    rows = []
    for number, fields in _fields(path, where):
        try:
            rows.append((fields[0], Span(float(fields[-2]), float(fields[-1]))))
        except (IndexError, ValueError) as error:
            raise ManifestError(f"this is no UEM line ({reason(error)})", where=f"{path}:{number}") from None
    return tuple(_of(rows, name))


def utterances(path: Path, where: str = "") -> tuple[Utterance, ...]:
    """Turns from a JSON list of {start, end, speaker, text}. Raises: ManifestError."""
    try:
        rows = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise ManifestError(f"the turns cannot be read ({reason(error)})", where=where or str(path)) from None
    if isinstance(rows, dict):
        rows = rows.get("turns", rows.get("segments"))
    return utterance_rows(rows, str(path))


def utterance_rows(rows: Any, where: str) -> tuple[Utterance, ...]:
    """Turns from rows of {start, end, speaker, text}. Raises: ManifestError."""
    if not isinstance(rows, Sequence) or isinstance(rows, str):
        raise ManifestError("turns are no list", where=where, fix='Write [{"start": 0, "end": 1.5, "speaker": "A"}, ...]')
    found = []
    for number, row in enumerate(rows, 1):
        try:
            turn = Turn(float(row["start"]), float(row["end"]), str(row.get("speaker", "")))
            text = row.get("text")
            if text is not None and not isinstance(text, str):
                raise TypeError(f"text is {text!r}")
            found.append(Utterance(turn, text))
        except (TypeError, KeyError, ValueError, AttributeError) as error:
            raise ManifestError(f"turn {number} does not hold ({reason(error)})", where=where) from None
    return tuple(found)


def _of(rows: Sequence[tuple[str, Any]], name: str) -> list[Any]:
    """The spans of recording `name`; all of them when the file knows one recording only."""
    if len({file for file, _ in rows}) <= 1:
        return [span for _, span in rows]
    return [span for file, span in rows if file == name]


def _fields(path: Path, where: str) -> Iterator[tuple[int, list[str]]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ManifestError(f"{path} cannot be read ({reason(error)})", where=where or str(path)) from None
    for number, line in enumerate(text.splitlines(), 1):
        fields = line.split()
        if fields and not line.startswith((";", "#")):
            yield number, fields
