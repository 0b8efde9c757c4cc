"""JSON: everything a result holds, in whisper's keys and more (schema aural/1)."""

from __future__ import annotations

from aural.formats._holds import PARTS
from aural.formats._json_read import parsed
from aural.formats._json_write import json_text
from aural.results import Media, Result

EXTENSION = ".json"
HOLDS = frozenset(PARTS)


def write(result: Result, *, media: Media | None = None, options: None = None) -> str:
    """The result as JSON text: sorted keys, what was not asked is absent."""
    return json_text(result)


def read(data: str | bytes, where: str = "") -> Result:
    """A result from JSON: ours, or what whisper, faster-whisper, whisperX and OpenAI's service write.

    Raises: FormatError for anything that does not hold, with file, line and column.
    """
    return parsed(data, where)
