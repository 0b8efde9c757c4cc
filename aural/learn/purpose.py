"""What a run folder was begun for: a verb and a method, so that no other training goes on with its rows, and all that was asked, so
that it need not be said again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aural.errors import LearningError, UsageError, reason
from aural.files import seen, write_text

PURPOSE = "training.json"


def write(folder: Path, verb: str, method: str, asked: Mapping[str, Any]) -> None:
    """Note for what a run folder is begun; `asked` are plain values."""
    told = {**asked, "verb": verb, "method": method}
    write_text(folder / PURPOSE, json.dumps(told, indent=1, sort_keys=True, default=str) + "\n")


def asked(folder: Path) -> dict[str, Any]:
    """All that was noted; nothing in folders of earlier versions. Raises: LearningError when the note cannot be read."""
    place = folder / PURPOSE
    if not seen(place.is_file):
        return {}
    try:
        told = json.loads(place.read_text(encoding="utf-8"))
        found: dict[str, Any] = {**told, "verb": str(told["verb"]), "method": str(told["method"])}
        return {**found, "given": dict(found.get("given", {}))}
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise LearningError(
            f"what was begun here cannot be read ({reason(error)})", where=str(place), fix="Train again, with another -o"
        ) from error


def check(folder: Path, verb: str, method: str) -> None:
    """A training may go on in a folder that was begun for it; folders of earlier versions do not tell.

    Raises: UsageError for another verb or method, LearningError when the note cannot be read.
    """
    begun = asked(folder)
    if not begun:
        return
    if begun["verb"] != verb:
        fix = f"Choose another -o, or go on with aural train {begun['verb']} --method {begun['method']} --resume"
        raise UsageError(f"this run folder holds a training of {begun['verb']}, not of {verb}", where=str(folder), fix=fix)
    if begun["method"] != method:
        fix = f"Write --method {begun['method']}, or choose another -o"
        raise UsageError(f"this training was begun with {begun['method']}, not with {method}", where=str(folder), fix=fix)
