"""The lines of a text that somebody wrote, packed or not, and the file that an option names."""

from __future__ import annotations

from pathlib import Path

from aural.errors import UsageError, reason
from aural.files import is_folder, seen, unpacked


def lines(path: Path) -> list[str]:
    """The lines of a file in UTF-8, plain or gzip. Raises: UsageError for what cannot be read."""
    try:
        return unpacked(path).decode("utf-8-sig").splitlines()
    except (OSError, ValueError) as error:
        raise UsageError(f"this text cannot be read ({reason(error)})", where=str(path)) from error


def named_file(text: str, flag: str) -> Path:
    """The file that an option names. Raises: UsageError where there is none."""
    path = Path(text)
    if is_folder(path):
        raise UsageError("this is a folder, and no file", where=f"{flag} {text[:200]}", fix="Name a file in it")
    if seen(path.is_fifo):
        raise UsageError("a pipe cannot be read again and again", where=f"{flag} {text[:200]}", fix="Write it to a file first")
    if not seen(path.is_file):
        raise UsageError("there is no such file", where=f"{flag} {text[:200]}", fix="Check the path")
    return path
