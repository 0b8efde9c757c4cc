"""Sets that the datasets library saved: Arrow or Parquet files, whose sounds are written out once to be opened like any other."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from aural.corpora.forms._audio import files, split_named
from aural.corpora.manifest import Clip
from aural.errors import CorpusError, ExtraMissing
from aural.files import locked, write_bytes, write_text
from aural.settings import home

_ENDINGS = (".arrow", ".parquet")
_MARKS = ("dataset_info.json", "dataset_dict.json")
_LABELS = ("label", "labels", "class", "category", "target")
_TEXTS = ("text", "sentence", "transcription", "transcript")
_SPEAKERS = ("speaker", "speaker_id", "client_id")
_SPLIT = re.compile(r"([A-Za-z]+)-\d{5}-of-\d{5}")
_KINDS = ((b"fLaC", ".flac"), (b"OggS", ".ogg"), (b"RIFF", ".wav"), (b"ID3", ".mp3"))
_ROWS = 64  # rows in memory at once


def saved(place: Path) -> bool:
    """True for a folder with Arrow or Parquet files, or with the papers of a saved set."""
    return any((place / name).is_file() for name in _MARKS) or any(p.suffix in _ENDINGS for p in files(place))


def read_saved(place: Path) -> list[Clip]:
    """One clip a row. Sounds that the files hold are written under AURAL_HOME/corpora, once.

    Raises: ExtraMissing where pyarrow is not installed, CorpusError for a set without sounds.
    """
    try:
        import pyarrow
    except ImportError:
        fix = "pip install pyarrow; or write it as an audio folder with metadata.csv, or as a manifest"
        raise ExtraMissing("a set saved in Arrow or Parquet needs the package pyarrow", where=str(place), fix=fix) from None
    tables = sorted(p for p in files(place) if p.suffix in _ENDINGS)
    if not tables:
        raise CorpusError("this saved set has no data files", where=str(place), fix="Save it again with save_to_disk")
    store = home() / "corpora" / _mark(tables)
    clips = []
    try:
        with locked(store.with_suffix(".lock")):
            for number, table in enumerate(tables):
                clips += [_clip(row, names, table, place, store / f"{number:04}", k) for k, (row, names) in enumerate(_rows(table))]
            write_text(store / "from.txt", f"{place}\n")
    except (pyarrow.ArrowException, OSError) as error:
        raise CorpusError(f"this file is damaged ({str(error).partition(chr(10))[0]})", where=str(place)) from None
    return clips


def _mark(tables: list[Path]) -> str:
    """A name for these very files: paths, sizes and times of change."""
    told = [(os.fspath(p.resolve()), p.stat().st_size, p.stat().st_mtime_ns) for p in tables]
    return hashlib.sha256(repr(told).encode("utf-8", "surrogateescape")).hexdigest()[:16]


def _rows(table: Path) -> Iterator[tuple[dict[str, Any], Mapping[str, list[str]]]]:
    """Rows, and the names behind the numbers of class columns."""
    import pyarrow
    import pyarrow.parquet

    if table.suffix == ".parquet":
        source = pyarrow.parquet.ParquetFile(table)
        names = _class_names(source.schema_arrow.metadata)
        for batch in source.iter_batches(batch_size=_ROWS):
            yield from ((row, names) for row in batch.to_pylist())
        return
    with pyarrow.memory_map(str(table)) as held:
        reader = pyarrow.ipc.open_stream(held)
        names = _class_names(reader.schema.metadata)
        for batch in reader:
            for at in range(0, batch.num_rows, _ROWS):
                yield from ((row, names) for row in batch.slice(at, _ROWS).to_pylist())


def _class_names(metadata: Mapping[bytes, bytes] | None) -> dict[str, list[str]]:
    try:
        features = json.loads((metadata or {})[b"huggingface"])["info"]["features"]
    except (KeyError, ValueError, TypeError):
        return {}
    inner = {name: f.get("feature", f) if isinstance(f, dict) else f for name, f in features.items()}
    return {name: f["names"] for name, f in inner.items() if isinstance(f, dict) and isinstance(f.get("names"), list)}


def _clip(row: dict[str, Any], names: Mapping[str, list[str]], table: Path, place: Path, store: Path, number: int) -> Clip:
    where = f"{table}:{number + 1}"
    key = next((k for k, v in row.items() if isinstance(v, dict) and {"bytes", "path"} & set(v)), None)
    if key is None:
        raise CorpusError(f"no column holds sounds; there are: {', '.join(row)}", where=where, fix="Cast it with Audio()")
    audio = _audio(row.pop(key), table, store / f"{number:06}", where)
    told = {name: _named(value, names.get(name)) for name, value in row.items()}

    def value(keys: tuple[str, ...]) -> Any:
        return next((told.pop(k) for k in keys if told.get(k) is not None), None)

    found = value(_LABELS)
    labels = tuple(map(str, found)) if isinstance(found, list) else (str(found),) if found is not None else ()
    text, speaker = value(_TEXTS), value(_SPEAKERS)
    given = _SPLIT.fullmatch(table.stem)
    split = split_named(table.parent.name) or split_named(given[1] if given else table.stem)
    return Clip(
        audio, f"{table.relative_to(place).as_posix()}:{number + 1}", text=None if text is None else str(text),
        label=labels[0] if labels else None, labels=labels, speaker=None if speaker is None else str(speaker), split=split,
        extra={k: v for k, v in told.items() if v is not None and not isinstance(v, bytes)}, where=where,
    )  # fmt: skip


def _named(value: Any, names: list[str] | None) -> Any:
    if names is None:
        return value
    if isinstance(value, list):
        return [_named(v, names) for v in value]
    return names[value] if isinstance(value, int) and 0 <= value < len(names) else value


def _audio(held: Mapping[str, Any], table: Path, stem: Path, where: str) -> Path:
    """The file of a sound: the one that the row names, else the row's bytes, written out."""
    data, named = held.get("bytes"), held.get("path")
    if data is None:
        path = table.parent / str(named)
        if named is None or not path.is_file():
            raise CorpusError(f"the recording {named!r} is not there", where=where, fix="Save the set with its sounds embedded")
        return path
    ending = next((end for head, end in _KINDS if data.startswith(head)), Path(str(named or "")).suffix or ".bin")
    path = stem.with_suffix(ending)
    if not path.is_file() or path.stat().st_size != len(data):
        if shutil.disk_usage(home().parent if not home().exists() else home()).free < 2 * len(data):
            raise CorpusError("the disk is full", where=str(path), fix="Free some space, or set AURAL_HOME")
        write_bytes(path, data)
    return path
