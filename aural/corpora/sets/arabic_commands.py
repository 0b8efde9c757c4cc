"""Arabic Speech Commands: forty words, thirty speakers, ten takes of each."""

from __future__ import annotations

import re
from pathlib import Path

from aural.corpora.manifest import Clip
from aural.corpora.sets._corpus import Corpus, clip, listing, some

CORPUS = Corpus(
    name="arabic_commands",
    about="yes, no, up, open, zoom in, zero to nine ... spoken in Arabic; 12,000 clips of 1 s, 16 kHz mono wav",
    licence="CC BY 4.0",
    told_by="README.md of the repository",
    source="https://github.com/abdulkaderghandoura/arabic-speech-commands-dataset",
    commit="72f3438212ff6cf8fbe5ae8068361840646429bd",
    path="dataset",
    held_out="the six speakers of its test.csv",
    ship=True,
    sha256={
        "val.csv": "a09fe054d420050a3ea1d90bda7477f3ce599f9830d960542f98bee3de8c513c",
        "test.csv": "d1d401e2c99240ca254796e07fda9fdc948cf46ee98bf842972dbb12e7c28144",
    },
)
# the set's own split by speaker: val.csv and test.csv
_VALID = frozenset((2, 7, 8, 12, 21, 25))
_TEST = frozenset((3, 4, 10, 14, 26, 28))
_NAME = re.compile(r"(\d{8})_NO_(\d\d)")


def rows(folder: Path | str) -> list[Clip]:
    """Recordings of the speakers of train.csv (train) and val.csv (valid); labels are the English names.

    Source: Ghandoura et al., Building and Benchmarking an Arabic Speech Commands Dataset, 2021.
    """
    folder = Path(folder)
    found = []
    for path in listing(CORPUS, folder, ".wav"):
        name = _NAME.fullmatch(path.stem)
        if not name or int(name[1]) in _TEST or not 1 <= int(name[1]) <= 30:
            continue
        speaker = name[1]
        found.append(
            clip(
                CORPUS,
                folder,
                path,
                {
                    "label": path.parent.name,
                    "speaker": speaker,
                    "group": speaker,
                    "language": "ar",
                    "split": "valid" if int(speaker) in _VALID else "train",
                },
            )
        )
    return some(CORPUS, folder, found)
