"""Folders whose names are the labels: dogs/a.wav, cats/b.wav, also deeper (dogs/park/a.wav)."""

from __future__ import annotations

from pathlib import Path

from aural.corpora.forms._audio import folders, holds_sound
from aural.corpora.forms._labeled import home_of, labeled
from aural.corpora.forms._relabel import relabeled
from aural.corpora.manifest import Clip


def fits(place: Path) -> bool:
    """True for a folder with at least one folder of recordings in it."""
    return place.is_dir() and any(holds_sound(child) for child in folders(place))


def read(place: Path, label: str | None = None) -> list[Clip]:
    """Every recording with the first folder below `place` as label; those in `place` itself have none and are left out.

    A folder that only wraps the label folders is passed through. Nothing is guessed from file names, save the speaker
    where all are named as Speech Commands names them; its lists of validation and testing clips are taken.
    """
    return relabeled(labeled(home_of(place), place), label, place)
