"""Folders whose names are the labels: dogs/a.wav, cats/b.wav; under train/ and valid/ where there are such folders."""

from __future__ import annotations

from pathlib import Path

from aural.corpora.forms._audio import is_audio, recordings, split_named
from aural.corpora.manifest import Clip


def fits(place: Path) -> bool:
    """True for a folder with at least one folder of recordings in it."""
    return place.is_dir() and any(
        child.is_dir() and not child.name.startswith(".") and next(recordings(child), None) is not None
        for child in sorted(place.iterdir())
    )


def read(place: Path) -> list[Clip]:
    """Every recording with the first folder below `place` (or below its split folder) as label; those that lie
    in `place` itself have no label and are left out."""
    clips = []
    for path in recordings(place):
        parts = path.relative_to(place).parts
        split = split_named(parts[0]) if len(parts) > 2 else None
        if split is not None:
            parts = parts[1:]
        if len(parts) > 1 and is_audio(path):
            label = parts[0]
            clips.append(Clip(path, path.relative_to(place).as_posix(), label=label, labels=(label,), split=split, where=str(path)))
    return clips
