"""Label folders below folders of splits: train/dogs/a.wav, valid/dogs/b.wav, test/cats/c.wav."""

from __future__ import annotations

from pathlib import Path

from aural.corpora.forms._audio import folders, holds_sound, split_named
from aural.corpora.forms._labeled import home_of, labeled
from aural.corpora.forms._relabel import relabeled
from aural.corpora.manifest import Clip


def fits(place: Path) -> bool:
    """True where every folder with recordings is named as splits are, and holds label folders."""
    if not place.is_dir():
        return False
    found = [f for f in folders(home_of(place)) if holds_sound(f)]
    return bool(found) and all(split_named(f.name) and any(holds_sound(c) for c in folders(f)) for f in found)


def read(place: Path, label: str | None = None) -> list[Clip]:
    """Every recording with the folder below its split folder as label, and the split that its folder names."""
    found = [f for f in folders(home_of(place)) if split_named(f.name)]
    clips = [clip for folder in found for clip in labeled(folder, place, split_named(folder.name))]
    return relabeled(clips, label, place)
