"""Another key of the rows as their label: gender, age, speaker, whatever they have."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

from aural.corpora.manifest import Clip
from aural.errors import UsageError


def relabeled(clips: Sequence[Clip], label: str | None, place: Path) -> list[Clip]:
    """The clips with the value of key `label` as their label; as they are for None and "label".

    Raises: UsageError for a key that no row has.
    """
    if label in (None, "label") or not clips:
        return list(clips)
    found = []
    for clip in clips:
        value = clip.value(str(label))
        told = [str(v) for v in value] if isinstance(value, list | tuple) else [] if value is None else [str(value)]
        found.append(dataclasses.replace(clip, label=told[0] if told else None, labels=tuple(dict.fromkeys(told))))
    if not any(c.labels for c in found):
        keys = sorted({key for c in clips for key in c.extra})
        raise UsageError(f"no row has {label!r}", where=str(place), fix=f"The rows have: {', '.join(('label', 'speaker', *keys))}")
    return found
