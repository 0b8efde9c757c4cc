"""The lines of a text that somebody wrote, packed or not."""

from __future__ import annotations

from pathlib import Path

from aural.errors import UsageError, reason
from aural.files import unpacked


def lines(path: Path) -> list[str]:
    """The lines of a file in UTF-8, plain or gzip. Raises: UsageError for what cannot be read."""
    try:
        return unpacked(path).decode("utf-8-sig").splitlines()
    except (OSError, ValueError) as error:
        raise UsageError(f"this text cannot be read ({reason(error)})", where=str(path)) from error
