"""nEMO: six emotions acted in Polish by nine people."""

from __future__ import annotations

import csv
from pathlib import Path

from aural.corpora.manifest import Clip
from aural.corpora.sets._corpus import Corpus, clip, listing, some
from aural.errors import CorpusError

CORPUS = Corpus(
    name="nemo_pl",
    about="4,481 recordings, 24 kHz mono wav; emotion, text, speaker, sex and age in data.tsv",
    licence="CC BY-NC-SA 4.0",
    told_by="LICENSE of the repository",
    source="https://github.com/amu-cai/nEMO",
    commit="66de9999a8f2f605eb5f64841790aa5cb0877782",
    path="samples, data.tsv",
    held_out="the speakers KD0 and WR0",
    ship=False,
)
_TEST = ("KD0", "WR0")
_VALID = ("MK0", "TP0")


def rows(folder: Path | str) -> list[Clip]:
    """Recordings by speaker: five to train, MK0 and TP0 to validate.

    Source: Christop, nEMO: Dataset of Emotional Speech in Polish, LREC-COLING 2024. Raises: CorpusError without its data.tsv.
    """
    folder = Path(folder)
    files = {path.name: path for path in listing(CORPUS, folder, ".wav")}
    table = folder / "data.tsv"
    if not table.is_file():
        raise CorpusError("there is no data.tsv in this folder", where=str(folder), fix=f"Unpack {CORPUS.path} of {CORPUS.urls[0]}")
    found = []
    with table.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
            speaker, path = row["speaker_id"].strip(), files.get(row["file_id"])
            if path is None or speaker in _TEST:
                continue
            found.append(
                clip(
                    CORPUS,
                    folder,
                    path,
                    {
                        "label": row["emotion"],
                        "text": row["raw_text"],
                        "speaker": f"nemo-{speaker}",
                        "group": f"nemo-{speaker}",
                        "language": "pl",
                        "gender": row["gender"],
                        "age": int(row["age"]),
                        "split": "valid" if speaker in _VALID else "train",
                    },
                )
            )
    return some(CORPUS, folder, found)
