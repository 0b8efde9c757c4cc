"""Phone numbers, read digit by digit by 67 people with many accents of English; from the Alphanumeric Audio Dataset."""

from __future__ import annotations

import csv
from pathlib import Path

from aural.corpora.manifest import Clip
from aural.corpora.sets._corpus import Corpus, clip, listing, some

CORPUS = Corpus(
    name="spoken_numbers",
    about="67 numbers, nearly all of ten digits; Indian, Chinese, American ... voices on phones and laptops; 16 to 48 kHz wav",
    licence="MIT",
    told_by="LICENSE in the repository",
    source="https://github.com/Sakshee5/alphanumeric-audio-dataset",
    commit="6c9a38ed7e590a45410fdc33a548005a30f03552",
    path="metadata.csv and audio_data/Numbers",
    held_out="three recordings in which a recognizer hears another number than is written; names and addresses are not read",
    ship=True,
)
_WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_LOST = 9  # digits of a number that began with a zero, which the table has lost
_VALID = 8  # each eighth speaker
_OTHER = frozenset("R_14L9qNxUlipFmsF R_1bhWwiBjHlA1GcF R_34Kh357EGklz2X7".split())
_SAID = {  # the same number in other words
    "R_3f5pnhlvLlxkfu1": "two six one five six four oh oh eight nine",
    "R_4shv1y28wS6SaPv": "nine eight double one two one nine six six six",
    "R_5jebEVEgcwRTOcO": "one eight zero eight two three one triple two",
}


def rows(folder: Path | str) -> list[Clip]:
    """Numbers in words, one of each speaker; each eighth speaker of the table is for validation."""
    folder = Path(folder)
    files = {path.stem: path for path in listing(CORPUS, folder, ".wav") if path.parent.name == "Numbers"}
    people = _people(folder)
    valid = set(sorted(people)[_VALID - 1 :: _VALID])
    found = []
    for speaker, told in sorted(people.items()):
        text = _text(speaker, (told.get("Number") or "").strip())
        if speaker not in files or speaker in _OTHER or not text:
            continue
        fields = {
            "text": text, "speaker": speaker, "group": speaker, "language": "en", "accent": told.get("Native Language"),
            "gender": {"Female": "female", "Male": "male"}.get(told.get("Gender", "")),
            "split": "valid" if speaker in valid else "train",
        }  # fmt: skip
        found.append(clip(CORPUS, folder, files[speaker], fields))
    return some(CORPUS, folder, found)


def _people(folder: Path) -> dict[str, dict[str, str]]:
    """The table's row of each answer; it has three, of the name, the address and the number."""
    found = {}
    for path in sorted(folder.rglob("metadata.csv")):
        with path.open(encoding="utf-8", newline="") as table:
            found.update({row.get("Response_ID", ""): row for row in csv.DictReader(table)})
    return found


def _text(speaker: str, number: str) -> str:
    if not number.isdecimal():
        return ""
    return _SAID.get(speaker) or " ".join(_WORDS[int(digit)] for digit in ("0" * (len(number) == _LOST) + number))
