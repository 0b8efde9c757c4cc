"""What a run folder was begun for: a verb and a method, so that no other training goes on with its rows."""

from __future__ import annotations

import json
from pathlib import Path

from aural.errors import LearningError, UsageError, reason
from aural.files import seen, write_text

PURPOSE = "training.json"


def write(folder: Path, verb: str, method: str) -> None:
    """Note for what a run folder is begun."""
    write_text(folder / PURPOSE, json.dumps({"verb": verb, "method": method}, indent=1, sort_keys=True) + "\n")


def check(folder: Path, verb: str, method: str) -> None:
    """A training may go on in a folder that was begun for it; folders of earlier versions do not tell.

    Raises: UsageError for another verb or method, LearningError when the note cannot be read.
    """
    place = folder / PURPOSE
    if not seen(place.is_file):
        return
    try:
        told = json.loads(place.read_text(encoding="utf-8"))
        begun = (str(told["verb"]), str(told["method"]))
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise LearningError(
            f"what was begun here cannot be read ({reason(error)})", where=str(place), fix="Train again, with another -o"
        ) from error
    if begun[0] != verb:
        fix = f"Choose another -o, or go on with aural train {begun[0]} --method {begun[1]} --resume"
        raise UsageError(f"this run folder holds a training of {begun[0]}, not of {verb}", where=str(folder), fix=fix)
    if begun[1] != method:
        fix = f"Write --method {begun[1]}, or choose another -o"
        raise UsageError(f"this training was begun with {begun[1]}, not with {method}", where=str(folder), fix=fix)
