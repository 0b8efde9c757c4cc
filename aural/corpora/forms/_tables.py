"""Tables of recordings: which columns name files, labels, speakers, groups and times, and where the files lie."""

from __future__ import annotations

import csv
import io
import math
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, final

from aural.corpora.forms._audio import folders, is_audio, split_named
from aural.corpora.forms._relabel import relabeled
from aural.corpora.manifest import OWN_KEYS, Clip
from aural.errors import CorpusError, reason

FILES = ("audio", "file", "filename", "file_name", "path", "fname", "wav", "audio_filepath", "slice_file_name", "clip", "itemid")
LABELS = ("label", "class", "category", "target", "labels", "classname", "emotion", "tag", "tags")
_TEXTS = ("text", "sentence", "transcript", "transcription")
_SPEAKERS = ("speaker", "speaker_id", "client_id")
_GROUPS = ("group",)
_STARTS, _ENDS, _LENGTHS = ("start", "start_time", "onset", "offset"), ("end", "end_time"), ("duration",)
_ADDED = ("", ".wav", ".flac", ".ogg", ".mp3", ".opus", ".m4a")  # some tables leave the ending out


@dataclass(frozen=True)
class Table:
    """Rows with their line numbers, the columns by their names in lower case, and the file they stand in."""

    place: Path
    columns: Mapping[str, str]
    rows: Sequence[tuple[int, Mapping[str, Any]]]

    def column(self, names: Iterable[str]) -> str | None:
        """The first of these columns that is there."""
        return next((self.columns[name] for name in names if name in self.columns), None)

    @property
    def of_sounds(self) -> bool:
        """True when a column names files and another one labels or texts."""
        return self.column(FILES) is not None and self.column((*LABELS, *_TEXTS)) is not None


def read_table(place: Path) -> Table:
    """A csv or tsv file; tabs, semicolons or commas part its columns. Without a head line, file and label come first.

    Raises: CorpusError when that is no table.
    """
    try:
        data = place.read_bytes()
        text = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except OSError as error:
        raise CorpusError(f"this table cannot be read ({error.strerror or error})", where=str(place)) from None
    except UnicodeDecodeError:
        raise CorpusError("this table is not text in UTF-8", where=str(place), fix="Save it as UTF-8") from None
    head = text.lstrip("\r\n").partition("\n")[0]
    mark = max("\t;,", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
    try:
        cells = [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise CorpusError(f"this is no table ({reason(error)})", where=f"{place}:{reader.line_num}") from None
    if not cells:
        raise CorpusError("this table is empty", where=str(place), fix="Write a head line such as file,label")
    names = [cell.strip() for cell in cells[0][1]]
    if len(names) > 1 and is_audio(Path(names[0])):
        names = ["file", "label", *(f"column {k}" for k in range(3, len(names) + 1))]
    else:
        cells = cells[1:]
    columns: dict[str, str] = {}
    for name in filter(None, names):
        columns.setdefault(name.lower(), name)
    return Table(place, columns, [(line, dict(zip(names, row, strict=False))) for line, row in cells])


def clips_of(table: Table, label: str | None = None) -> list[Clip]:
    """One clip a row. `label` names the column (or key, such as speaker) that is the label where the usual names are not.

    Raises: CorpusError, with the line where it has one, for a table without such columns and for files that are not there.
    """
    told = None if label in (None, "label") else table.columns.get(str(label).lower())
    named = _Named(
        file=table.column(FILES) or "",
        label=told or table.column(LABELS),
        text=table.column(_TEXTS),
        speaker=table.column(_SPEAKERS),
        group=table.column(_GROUPS),
        split=table.column(("split", "subset", "partition")),
        start=table.column(_STARTS),
        end=table.column(_ENDS),
        length=table.column(_LENGTHS),
    )
    every = ", ".join(table.columns.values()) or "none"
    if not named.file:
        fix = f"Name it one of: {', '.join(FILES[:6])}"
        raise CorpusError(f"no column of this table names files; its columns: {every}", where=str(table.place), fix=fix)
    if label in (None, "label") and named.label is None and named.text is None:
        fix = f"Name one of: {', '.join(LABELS[:4])}; or tell which one it is with --label"
        raise CorpusError(f"no column of this table names labels; its columns: {every}", where=str(table.place), fix=fix)
    near = Near(table.place.parent)
    clips = [_clip(row, named, near, f"{table.place}:{line}") for line, row in table.rows if str(row.get(named.file) or "").strip()]
    return clips if told else relabeled(clips, label, table.place)


@dataclass(frozen=True)
class _Named:
    """Which column is what."""

    file: str
    label: str | None
    text: str | None
    speaker: str | None
    group: str | None
    split: str | None
    start: str | None
    end: str | None
    length: str | None


@final
@dataclass(eq=False)
class Near:
    """Finds the files of a table: beside it, in the folders there, beside its own folder, and one folder deeper."""

    folder: Path
    _rings: list[list[Path]] = field(default_factory=list)
    _listed: dict[Path, frozenset[str]] = field(default_factory=dict)

    def find(self, name: str, where: str) -> Path:
        """The file of this name, in the nearest place. Raises: CorpusError when there is none, or several equally near."""
        for ring in self._circles():
            found = [p for f in ring for end in _ADDED if self._there(p := f / f"{name}{end}")]
            if len(found) == 1:
                return found[0]
            if found:
                what = f"the recording {name!r} lies in {found[0].parent} and in {found[1].parent}"
                raise CorpusError(what, where=where, fix="Write its path, relative to the table")
        raise CorpusError(f"the recording {name!r} is not there", where=where, fix="Paths are relative to the table")

    def _there(self, path: Path) -> bool:
        """True for a file; each folder is listed once, as a table may hold many thousand rows."""
        if path.parent not in self._listed:
            try:
                names = frozenset(entry.name for entry in os.scandir(path.parent) if entry.is_file())
            except (OSError, ValueError):
                names = frozenset()
            self._listed[path.parent] = names
        return path.name in self._listed[path.parent]

    def _circles(self) -> Iterator[list[Path]]:
        yield [self.folder]
        if not self._rings:
            inner = folders(self.folder)
            around = [f for f in folders(self.folder.parent) if f != self.folder]
            deeper = [d for f in (*inner, *around) for d in folders(f)[:100]]
            self._rings += [inner, [self.folder.parent], around, deeper]
        yield from self._rings


def _clip(row: Mapping[str, Any], named: _Named, near: Near, where: str) -> Clip:
    def value(column: str | None) -> str | None:
        found = None if column is None else row.get(column)
        return None if found is None or isinstance(found, list | dict) else str(found).strip() or None

    told = str(row[named.file]).strip()
    audio = near.find(told, where)
    # The times of slice_file_name (UrbanSound8K) are those of the recording it was sliced from.
    cut = named.start is not None and named.file.lower() != "slice_file_name" and value(named.start) is not None
    start, duration = _part(value(named.start), value(named.end), value(named.length), where) if cut else (0.0, None)
    labels = _labels(row.get(named.label) if named.label else None)
    used = {named.file, named.label, named.text, named.speaker, named.group, named.split}
    used |= {named.start, named.end, named.length} if cut else set()
    rest = {name: held for name, held in row.items() if name and name not in used and held not in (None, "")}
    extra = {f"table_{name}" if name in OWN_KEYS else name: held for name, held in rest.items()}
    part = f"@{start:g}" + ("" if duration is None else f"+{duration:g}") if cut else ""
    return Clip(
        audio, told + part, start, duration, value(named.text), labels[0] if labels else None, labels, speaker=value(named.speaker),
        group=value(named.group), split=split_named(value(named.split)), extra=extra, where=where,
    )  # fmt: skip


def _labels(value: Any) -> tuple[str, ...]:
    """One label, or several in a list or with , or ; between them."""
    parts = value if isinstance(value, list) else str("" if value is None else value).replace(";", ",").split(",")
    return tuple(dict.fromkeys(text for part in parts if (text := str(part).strip())))


def _part(start: str | None, end: str | None, length: str | None, where: str) -> tuple[float, float | None]:
    try:
        first = float(start or 0)
        last = float(end) - first if end is not None else None if length is None else float(length)
    except ValueError:
        first, last = math.nan, None
    if not 0 <= first < math.inf or (last is not None and not 0 < last < math.inf):
        raise CorpusError("start and end are no times in seconds", where=where, fix="Write 0 <= start < end")
    return first, None if last is None else round(last, 6)
