"""Mycroft Precise community data: wake words and other words, given to the public domain by their speakers."""

from __future__ import annotations

import csv
from pathlib import Path

from aural.corpora.manifest import Clip
from aural.corpora.sets._corpus import Corpus, clip, listing, some

CORPUS = Corpus(
    name="precise_community",
    about="athena, computer, hey computer, hey chatterbox, android, other words in English and Spanish; 16 kHz mono wav",
    licence="public domain",
    told_by="licenses/*.txt of the repository, which name the files one by one",
    source="https://github.com/MycroftAI/Precise-Community-Data",
    commit="4854e39b7f8c0e14d387d4e135aa10486f5158bf",
    path="athena, computer, heychatterbox, heycomputer/en, android, not-wake-words, licenses",
    held_out="the word amelia and the Spanish recordings of hey computer; heysavant is CC BY-NC-SA and left out",
    ship=True,
)
_WORDS = {
    "athena/en": "athena",
    "computer/en": "computer",
    "heycomputer/en": "hey computer",
    "heychatterbox/en-us": "hey chatterbox",
    "android/en": "android",
}
_ARCHIVED = "android/en/android-20201215-jarbas.tar.gz"


def rows(folder: Path | str) -> list[Clip]:
    """Recordings that a statement of the public domain names, grouped by who gave them; all to train.

    Wake words have their phrase as label and text, other words the label "other" and, where it is written
    down, their text. Recordings that were packed lie in the folder of their archive once it is unpacked.
    """
    folder = Path(folder)
    files = listing(CORPUS, folder, ".wav")
    donors, texts = _donors(folder), _texts(folder)
    found = []
    for path in files:
        place = path.parent.relative_to(folder).as_posix()
        word = _WORDS.get(place)
        other = place in ("not-wake-words/en", "not-wake-words/es")
        donor = donors.get(_ARCHIVED.rpartition("/")[2] if place == "android/en" else path.name)
        if not donor or not (word or other):
            continue
        found.append(
            clip(
                CORPUS,
                folder,
                path,
                {
                    "label": word or "other",
                    "text": word or texts.get(path.name),
                    "group": donor,
                    "language": "es" if place.endswith("es") else "en",
                },
            )
        )
    return some(CORPUS, folder, found)


def _donors(folder: Path) -> dict[str, str]:
    """File name -> the donor named in the statement's own name, license-DATE-DONOR.txt."""
    found = {}
    for path in sorted((folder / "licenses").glob("license-2*.txt")):
        donor = path.stem.split("-", 2)[-1].lstrip("0123456789-")
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.strip().endswith((".wav", ".gz")):
                found[line.strip().rpartition("/")[2]] = donor
    return found


def _texts(folder: Path) -> dict[str, str]:
    found: dict[str, str] = {}
    for path in sorted((folder / "not-wake-words").glob("*/metadata.csv")):
        with path.open(encoding="utf-8", errors="replace", newline="") as lines:
            found |= {row[0].strip(): row[1].strip() for row in csv.reader(lines) if len(row) > 1}
    return found
