"""AudioMNIST: ten English digits by sixty speakers, most of them with a German accent, fifty takes of each; whole or in pieces."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

from aural.corpora.manifest import Clip
from aural.corpora.sets._corpus import Corpus, clip, listing, some
from aural.errors import CorpusError

CORPUS = Corpus(
    name="audio_mnist",
    about="zero to nine, 30,000 recordings of 12 women and 48 men in quiet rooms; 48 kHz mono wav, 9.5 hours, 1 GB",
    licence="MIT",
    told_by="LICENSE in the repository",
    source="https://github.com/soerenab/AudioMNIST",
    commit="3c9ed8cfcdee9de04c1f61658dbc0883b5b7d781",
    path="data",
    held_out="nothing",
    ship=True,
)
_WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_NAME = re.compile(r"(\d)_(0[1-9]|[1-5]\d|60)_(\d+)")  # digit, speaker, take
_VALID = 8  # each eighth speaker


def rows(folder: Path | str) -> list[Clip]:
    """Recordings by speaker, each eighth to validate on; gender and accent where `audioMNIST_meta.txt` tells them.

    File names say all, so pieces of the corpus in other folders are read alike; a recording that lies there twice is taken once.
    Pieces: https://github.com/epljakic/Spoken-Digit-Recognition (391 recordings, zero to three) and
    https://github.com/udbhavsharma1112/Audio-digit-recognition-using-FT-and-KNN (test: 100 of one speaker).

    Raises: CorpusError when that table is no JSON.

    Source: Becker et al., AudioMNIST: Exploring Explainable Artificial Intelligence for audio analysis on a simple benchmark,
    Journal of the Franklin Institute, 2024.
    """
    folder = Path(folder)
    takes = {path.stem: path for path in reversed(listing(CORPUS, folder, ".wav"))}
    people = _people(folder)
    found = []
    for path in sorted(takes.values()):
        name = _NAME.fullmatch(path.stem)
        if not name:
            continue
        digit, speaker = name[1], name[2]
        told = people.get(speaker, {})
        fields = {
            "label": digit, "text": _WORDS[int(digit)], "speaker": speaker, "group": speaker, "language": "en",
            "split": "train" if int(speaker) % _VALID else "valid",
            **{key: told[key] for key in ("gender", "accent") if key in told},
        }  # fmt: skip
        found.append(clip(CORPUS, folder, path, fields))
    return some(CORPUS, folder, found)


def _people(folder: Path) -> Mapping[str, Mapping[str, str]]:
    """What is told of the speakers; nothing where the file does not lie there."""
    for path in sorted(folder.rglob("audioMNIST_meta.txt")):
        try:
            people: dict[str, dict[str, str]] = json.loads(path.read_text(encoding="utf-8"))
        except ValueError as error:
            fix = f"Take data/{path.name} of {CORPUS.source} again, or remove it: then gender and accent stay unknown"
            raise CorpusError("this table of the speakers is no JSON", where=str(path), fix=fix) from error
        return people
    return {}
