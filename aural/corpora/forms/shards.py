"""A folder of shards that `aural pack` wrote: recordings are read where they lie in the tars, nothing is unpacked."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

from aural.corpora import shards
from aural.corpora.forms._relabel import relabeled
from aural.corpora.manifest import Clip
from aural.sound.inside import Inside


def fits(place: Path) -> bool:
    """True for a folder with an index of shards."""
    try:
        return bool(json.loads((place / shards.INDEX).read_text(encoding="utf-8"))["schema"] == shards.SCHEMA)
    except (OSError, ValueError, KeyError, TypeError):
        return False


def read(place: Path, label: str | None = None) -> list[Clip]:
    """Its rows in the packed order; memory holds rows and no sound. Raises: CorpusError, UsageError."""
    found = [
        dataclasses.replace(one.clip, audio=Inside(one.clip.audio, one.offset, one.size).path)
        for one in shards.read(place, shards.Share(seed=None))
    ]
    return relabeled(found, label, place)
