"""The lines of a text that somebody wrote, packed or not."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path

from aural.errors import UsageError, reason

_PACKED = b"\x1f\x8b"


def lines(path: Path) -> list[str]:
    """The lines of a file in UTF-8, plain or gzip. Raises: UsageError for what cannot be read."""
    try:
        data = path.read_bytes()
        return (gzip.decompress(data) if data[:2] == _PACKED else data).decode("utf-8-sig").splitlines()
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise UsageError(f"this text cannot be read ({reason(error)})", where=str(path)) from error
