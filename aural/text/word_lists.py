"""Lists of words as options take them: "a,b,c", or a file with one on each line."""

from __future__ import annotations

from pathlib import Path

from aural.errors import UsageError, reason
from aural.files import seen

_FILES = (".txt", ".csv", ".tsv")


def entries(spec: str, flag: str) -> list[str]:
    """What stands in "name, other name" or in the lines of a file; remarks (#) and what is empty are left out.

    Raises: UsageError for a file that cannot be read or is not there, or a folder.
    """
    path = Path(spec)
    if seen(path.is_dir) and spec.strip():
        fix = "Name a file in it; where the word itself is meant, write a comma behind it"
        raise UsageError("this is a folder and no list of words", where=f"{flag} {spec[:200]}", fix=fix)
    try:
        from_file = seen(path.is_file)
        text = path.read_text(encoding="utf-8-sig") if from_file else spec
    except (OSError, ValueError) as error:
        raise UsageError(f"this list of words cannot be read ({reason(error)})", where=f"{flag} {spec[:200]}") from error
    if not from_file and "," not in spec and path.suffix.lower() in _FILES:
        raise UsageError(
            "there is no such list of words", where=f"{flag} {spec[:200]}", fix="Check the path, or write the words: a,b,c"
        )
    lines = (line.strip() for line in (text.splitlines() if from_file else text.split(",")))
    return [line for line in lines if line and not line.startswith("#")]
