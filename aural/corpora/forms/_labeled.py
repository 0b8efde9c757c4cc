"""Recordings in folders whose names are labels: what both folder forms read."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

from aural.corpora.forms._audio import folders, holds_sound, is_audio, recordings, split_named
from aural.corpora.manifest import Clip

# Noise that lies beside the words of Speech Commands: no class of its own.
NOT_LABELS = frozenset({"_background_noise_"})
_LISTS = {"valid": "validation_list.txt", "test": "testing_list.txt"}
_SPOKEN_BY = re.compile(r"(.+)_nohash_\d+")


def home_of(place: Path) -> Path:
    """The folder that holds the label folders: `place`, or the one folder in it when it only wraps several others."""
    while len(inner := [f for f in folders(place) if holds_sound(f)]) == 1 and not any(is_audio(p) for p in place.iterdir()):
        deeper = [f for f in folders(inner[0]) if holds_sound(f)]
        if split_named(inner[0].name) or len(deeper) < 2 or any(is_audio(p) for p in inner[0].iterdir()):
            break
        place = inner[0]
    return place


def labeled(place: Path, root: Path, split: str | None = None) -> list[Clip]:
    """The recordings below the folders of `place`, each labeled by its folder; ids are paths seen from `root`."""
    told = {line: name for name, file in _LISTS.items() for line in _lines(place / file)}
    clips = []
    for folder in folders(place):
        for path in recordings(folder) if folder.name not in NOT_LABELS else ():
            own = split or told.get(path.relative_to(place).as_posix()) or ("train" if told else None)
            name = path.relative_to(root).as_posix()
            clips.append(Clip(path, name, label=folder.name, labels=(folder.name,), split=own, where=str(path)))
    spoken = [_SPOKEN_BY.fullmatch(clip.audio.stem) for clip in clips]
    if clips and all(spoken):
        # The names of Speech Commands: whoever says a word stands before _nohash_.
        return [dataclasses.replace(clip, speaker=found[1]) for clip, found in zip(clips, spoken, strict=True) if found]
    return clips


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8", errors="replace").split("\n") if path.is_file() else []
