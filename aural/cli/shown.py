"""How progress is shown: a bar for a person, JSON lines, or nothing."""

from __future__ import annotations

from aural import progress
from aural.cli.inputs import interactive


def progress_of(kind: str, quiet: bool = False) -> progress.Progress:
    """The display behind --progress: auto (a bar where a person looks), bar, json or none."""
    if quiet or kind == "none" or (kind == "auto" and not interactive()):
        return progress.Quiet()
    return progress.JsonLines() if kind == "json" else progress.Bar()
