"""An audio folder of the datasets library: metadata.csv or metadata.jsonl beside the files, or in split folders; or a saved set."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

from aural.corpora.forms import _audio
from aural.corpora.forms._tables import read_rows
from aural.corpora.manifest import Clip
from aural.errors import CorpusError, ExtraMissing

_NAMES = ("metadata.csv", "metadata.jsonl")


def fits(place: Path) -> bool:
    """True for a folder with metadata of that form, or with the data files of a saved set."""
    return place.is_dir() and (bool(_tables(place)) or _saved(place))


def read(place: Path) -> list[Clip]:
    """One clip a row of the metadata. Raises: CorpusError, ExtraMissing for a saved set (its table files need pyarrow)."""
    if _saved(place):
        what = "a set saved in Arrow or Parquet needs the package pyarrow"
        raise ExtraMissing(what, where=str(place), fix="Write it as an audio folder with metadata.csv, or as a manifest")
    clips: list[Clip] = []
    for table in _tables(place):
        found = read_rows(table, (table.parent,)) if table.suffix == ".csv" else _json_rows(table)
        split = _audio.split_named(table.parent.name) if table.parent != place else None
        clips += [dataclasses.replace(c, split=c.split or split) for c in found]
    return clips


def _tables(place: Path) -> list[Path]:
    return [
        p for folder in (place, *sorted(c for c in place.iterdir() if c.is_dir())) for n in _NAMES if (p := folder / n).is_file()
    ]


def _saved(place: Path) -> bool:
    return (place / "dataset_info.json").is_file() or (place / "dataset_dict.json").is_file() or bool(list(place.glob("*.parquet")))


def _json_rows(table: Path) -> list[Clip]:
    clips = []
    for number, line in enumerate(table.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        where = f"{table}:{number}"
        try:
            row: dict[str, Any] = dict(json.loads(line))
            told = str(row.pop("file_name"))
        except (ValueError, KeyError, TypeError):
            raise CorpusError(
                "this line names no file_name", where=where, fix='Write {"file_name": "a.wav", "label": "dog"}'
            ) from None
        if not (table.parent / told).is_file():
            raise CorpusError(f"the recording {told!r} is not there", where=where, fix="Paths are relative to the metadata")
        label = row.pop("label", None)
        text = row.pop("text", None) or row.pop("transcription", None)
        name = None if label is None else str(label)
        clips.append(Clip(table.parent / told, told, text=text, label=name, labels=(name,) if name else (), extra=row, where=where))
    return clips
