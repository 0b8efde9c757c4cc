"""Common Voice: sentences read by volunteers in over a hundred languages; the folder of one language, as it is handed out."""

from __future__ import annotations

import csv
from pathlib import Path

from aural.corpora.manifest import Clip
from aural.corpora.sets._corpus import Corpus, clip, listing, some

CORPUS = Corpus(
    name="common_voice",
    about="read sentences of one language, mp3, with texts, and gender, age and accent where they were given",
    licence="CC0 1.0",
    told_by="the page of the data set",
    source="https://commonvoice.mozilla.org/en/datasets",
    commit="",
    path="cv-corpus-*/LANGUAGE",
    held_out="what test.tsv names",
    ship=True,
)
_PARTS = {"train": "train.tsv", "valid": "dev.tsv"}
_TOLD = {"gender": "gender", "age": "age", "accents": "accent", "accent": "accent"}


def rows(folder: Path | str) -> list[Clip]:
    """Sentences of train.tsv (train) and dev.tsv (valid) whose recording lies in clips/, by speaker."""
    folder = Path(folder)
    paths = {(p.parents[1], p.name): p for p in listing(CORPUS, folder, ".mp3")}
    found = []
    for split, name in _PARTS.items():
        for table in sorted(folder.rglob(name)):
            with table.open(encoding="utf-8", newline="") as lines:
                read = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
            for line in read:
                path = paths.get((table.parent, line.get("path") or ""))
                if path is not None and (line.get("sentence") or "").strip():
                    found.append(clip(CORPUS, folder, path, _known(line, split)))
    return some(CORPUS, folder, found)


def _known(line: dict[str, str], split: str) -> dict[str, object]:
    speaker = line.get("client_id") or line["path"]
    told = {ours: line[theirs] for theirs, ours in _TOLD.items() if line.get(theirs)}
    return {"text": line["sentence"].strip(), "speaker": speaker, "group": speaker, "split": split,
            "language": line.get("locale") or None, **told}  # fmt: skip
