"""Tables of recordings: which columns name files, labels, speakers and groups."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path

from aural.corpora.forms._audio import split_named
from aural.corpora.manifest import Clip
from aural.errors import CorpusError

FILES = ("audio", "file", "filename", "file_name", "path", "fname", "wav", "audio_filepath", "slice_file_name", "clip")
LABELS = ("label", "class", "category", "target", "labels", "classname", "emotion", "tag", "tags")
_TEXTS = ("text", "sentence", "transcript", "transcription")
_SPEAKERS = ("speaker", "speaker_id", "client_id")
_GROUPS = ("group", "fsid", "src_file", "recording", "source")
# Where the recordings of a table may lie, seen from it.
_NEAR = (".", "audio", "clips", "wav", "wavs", "train")


def read_rows(place: Path, folders: tuple[Path, ...]) -> list[Clip]:
    """The rows of a table whose files are looked for in `folders` and the usual folders below them."""
    try:
        text = place.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise CorpusError(f"this table cannot be read ({error})", where=str(place)) from None
    delimiter = "\t" if place.suffix.lower() == ".tsv" or "\t" in text.partition("\n")[0] else ","
    if ";" in text.partition("\n")[0] and delimiter not in text.partition("\n")[0]:
        delimiter = ";"
    rows = csv.DictReader(io.StringIO(text), delimiter=delimiter)
    columns = {name.strip().lower(): name for name in rows.fieldnames or () if name}
    file = _column(columns, FILES)
    if file is None:
        fix = f"Name it one of: {', '.join(FILES[:6])}"
        raise CorpusError(f"no column of this table names files ({', '.join(columns) or 'no columns'})", where=str(place), fix=fix)
    return [_clip(row, file, columns, place, folders, line) for line, row in enumerate(rows, 2) if row.get(file)]


def _column(columns: Mapping[str, str], names: tuple[str, ...]) -> str | None:
    return next((columns[name] for name in names if name in columns), None)


def _clip(row: Mapping[str, str], file: str, columns: Mapping[str, str], place: Path, folders: tuple[Path, ...], line: int) -> Clip:
    def value(names: tuple[str, ...]) -> str | None:
        column = _column(columns, names)
        return (row.get(column) or "").strip() or None if column else None

    told, where = row[file].strip(), f"{place}:{line}"
    found = next((p for f in folders for near in _NEAR if (p := f / near / told).is_file()), None)
    if found is None:
        raise CorpusError(f"the recording {told!r} is not there", where=where, fix="Paths are relative to the table")
    label = value(LABELS)
    labels = tuple(part.strip() for part in label.replace(";", ",").split(",") if part.strip()) if label else ()
    known = {file, *(c for names in (LABELS, _TEXTS, _SPEAKERS, _GROUPS) if (c := _column(columns, names)))}
    extra = {name: text for name, text in row.items() if name and name not in known and text}
    return Clip(
        found, told, text=value(_TEXTS), label=labels[0] if labels else None, labels=labels, speaker=value(_SPEAKERS),
        group=value(_GROUPS), split=split_named(row.get(columns.get("split", "")) or ""), extra=extra, where=where,
    )  # fmt: skip
