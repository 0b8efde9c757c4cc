"""One result as one file, in the format that its name's ending tells: `aural.save(result, "talk.srt")`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aural import files, find, settings
from aural.errors import UsageError
from aural.results import Media, Result


def save(
    result: Result, path: str | os.PathLike[str], *, options: Mapping[str, Any] | None = None, media: Media | None = None
) -> Path:
    """Write a result by the ending of `path`, whole or not at all; a file of that name is replaced.

    `options` are those of the format, such as {"max_line_width": 42} for srt; `media` is what a page shows
    beside the words. Gives the path back.
    Raises: UsageError for an answer that is no Result, an ending or an option that no format has, LimitReached (disk).
    """
    place = Path(path)
    if not isinstance(result, Result):
        raise UsageError(
            f"this is a {type(result).__name__} and no Result", where="aural.save", fix="Save what listen or transcribe gives"
        )
    name = by_ending(str(place))
    if name is None:
        raise UsageError("the ending names no format", where=str(place), fix=f"Use one of: {', '.join(sorted(endings()))}")
    page = find.page("formats", name)
    kind = vars(page).get("Options")
    if options and kind is None:
        raise UsageError(f"{name} has no options", where="aural.save")
    chosen = settings.build(kind, options or {}, where=f"aural.save, {name}") if kind else None
    data = page.write(result, media=media, options=chosen)
    if isinstance(data, str):
        files.write_text(place, data)
    else:
        files.write_bytes(place, data)
    return place


def by_ending(place: str) -> str | None:
    """The format whose ending a name has (the longest that fits), None where no format has it."""
    lower = place.lower()
    return next(
        (name for end, name in sorted(endings().items(), key=lambda pair: -len(pair[0])) if lower.endswith(end.lower())), None
    )


def endings() -> dict[str, str]:
    """The ending of each format."""
    return {str(find.page("formats", name).EXTENSION): name for name in find.names("formats")}
