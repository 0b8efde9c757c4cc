"""Free Spoken Digit Dataset: ten English digits, six speakers, fifty takes of each."""

from __future__ import annotations

import re
from pathlib import Path

from aural.corpora.manifest import Clip
from aural.corpora.sets._corpus import Corpus, clip, listing, some

CORPUS = Corpus(
    name="fsdd",
    about="zero to nine, 3,000 recordings of six men with four accents; 8 kHz mono wav, 22 minutes",
    licence="CC BY-SA 4.0",
    told_by="README.md of the repository",
    source="https://github.com/Jakobovski/free-spoken-digit-dataset",
    commit="26eb9aaf76e81b692f806f9140c2d2777410d7a1",
    path="recordings",
    held_out="the speakers theo and lucas, all takes",
    ship=True,
    sha256={
        "metadata.py": "b7fcb538c27ec10ef94031de437b6b9da4724e8fdd2a1c6f25e7b3d76a067c76",
    },
)
_WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_ACCENTS = {"jackson": "USA/neutral", "nicolas": "BEL/French", "yweweler": "DEU/German", "george": "GRC/Greek"}
_NAME = re.compile(r"(\d)_([a-z]+)_(\d+)")


def rows(folder: Path | str) -> list[Clip]:
    """Recordings of jackson, nicolas and george (train) and yweweler (valid), by speaker."""
    folder = Path(folder)
    found = []
    for path in listing(CORPUS, folder, ".wav"):
        name = _NAME.fullmatch(path.stem)
        if not name or name[2] not in _ACCENTS:
            continue
        digit, speaker = name[1], name[2]
        found.append(
            clip(
                CORPUS,
                folder,
                path,
                {
                    "label": digit,
                    "text": _WORDS[int(digit)],
                    "speaker": speaker,
                    "group": speaker,
                    "gender": "male",
                    "accent": _ACCENTS[speaker],
                    "split": "valid" if speaker == "yweweler" else "train",
                },
            )
        )
    return some(CORPUS, folder, found)
