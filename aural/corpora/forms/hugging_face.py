"""An audio folder of the datasets library: metadata.csv or metadata.jsonl beside the files, or in split folders; or a saved set."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

from aural.corpora.forms import _audio
from aural.corpora.forms._arrow import read_saved, saved
from aural.corpora.forms._relabel import relabeled
from aural.corpora.forms._tables import Table, clips_of, read_table
from aural.corpora.manifest import Clip
from aural.errors import CorpusError, reason

_NAMES = ("metadata.csv", "metadata.jsonl")


def fits(place: Path) -> bool:
    """True for a folder with metadata of that form, or with the data files of a saved set."""
    return place.is_dir() and (bool(_tables(place)) or saved(place))


def read(place: Path, label: str | None = None) -> list[Clip]:
    """One clip a row of the metadata. Raises: CorpusError, ExtraMissing for a saved set where pyarrow is not installed."""
    tables = _tables(place)
    if not tables:
        return relabeled(read_saved(place), label, place)
    clips: list[Clip] = []
    for path in tables:
        found = clips_of(read_table(path) if path.suffix == ".csv" else _json_table(path), label)
        split = _audio.split_named(path.parent.name) if path.parent != place else None
        above = path.parent.relative_to(place)
        clips += [dataclasses.replace(c, split=c.split or split, id=(above / c.id).as_posix()) for c in found]
    return clips


def _tables(place: Path) -> list[Path]:
    """The metadata files in a folder, in its split folders, or in those of its folder data."""
    inside = [place, *(d for f in _audio.folders(place) for d in (f, *(_audio.folders(f) if f.name == "data" else ())))]
    return [p for folder in inside for name in _NAMES if (p := folder / name).is_file()]


def _json_table(path: Path) -> Table:
    rows = []
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise CorpusError(f"the metadata cannot be read ({reason(error)})", where=str(path)) from None
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise CorpusError(
                f"this line is no JSON ({reason(error)})", where=f"{path}:{number}", fix="Write one object a line"
            ) from None
        if not isinstance(row, dict) or not isinstance(row.get("file_name"), str):
            fix = 'Write {"file_name": "a.wav", "label": "dog"}'
            raise CorpusError("this line names no file_name", where=f"{path}:{number}", fix=fix)
        rows.append((number, row))
    columns: dict[str, str] = {}
    for name in (name for _, row in rows for name in row):
        columns.setdefault(name.lower(), name)
    return Table(path, columns, rows)
