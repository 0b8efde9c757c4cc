"""Philharmonia Orchestra notes: fifteen instruments, every pitch, several lengths, dynamics and articulations."""

from __future__ import annotations

import re
from pathlib import Path

from aural.corpora.manifest import Clip
from aural.corpora.sets._corpus import Corpus, clip, listing, some

CORPUS = Corpus(
    name="philharmonia",
    about="9,600 notes, mp3; pitch, length, dynamic and articulation are in the file name",
    licence="free for any use, but the recordings must not be passed on as samples or as an instrument",
    told_by="README.md of the repository",
    source="https://github.com/skratchdot/philharmonia-samples",
    commit="717b7de2bcae05e44aa8a3dde143c8d093b8f6c8",
    path="audio",
    held_out="of each instrument the blocks of four semitones, counted from its lowest note, with remainder 2 by 4",
    ship=False,
)
_LOWEST = {
    "banjo": 48, "bass clarinet": 37, "bassoon": 34, "cello": 36, "clarinet": 50, "contrabassoon": 22, "cor anglais": 52,
    "double bass": 24, "flute": 60, "french horn": 34, "guitar": 40, "mandolin": 55, "oboe": 58, "saxophone": 50, "trombone": 40,
}  # fmt: skip
_NAMES = {"cor anglais": "english_horn"}
_STEPS = {"C": 0, "Cs": 1, "D": 2, "Ds": 3, "E": 4, "F": 5, "Fs": 6, "G": 7, "Gs": 8, "A": 9, "As": 10, "B": 11}
_NAME = re.compile(r".+?_([A-G]s?)(\d)_([^_]+)_([^_]+)_([^_]+)")


def rows(folder: Path | str) -> list[Clip]:
    """Notes grouped by instrument and block: remainder 0 to validate, 1 and 3 to train; `midi` is the pitch."""
    folder = Path(folder)
    found = []
    for path in listing(CORPUS, folder, ".mp3"):
        name, lowest = _NAME.fullmatch(path.stem), _LOWEST.get(path.parent.name)
        if not name or lowest is None or name[3] == "phrase":
            continue
        midi = 12 + 12 * int(name[2]) + _STEPS[name[1]]
        block = (midi - lowest) // 4
        if midi < lowest or block % 4 == 2:
            continue
        label = _NAMES.get(path.parent.name, path.parent.name.replace(" ", "_"))
        found.append(
            clip(
                CORPUS,
                folder,
                path,
                {
                    "label": label,
                    "group": f"{label}-block{block}",
                    "midi": midi,
                    "dynamic": name[4],
                    "articulation": name[5],
                    "split": "valid" if block % 4 == 0 else "train",
                },
            )
        )
    return some(CORPUS, folder, found)
