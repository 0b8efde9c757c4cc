"""JSON lines: one clip a line, ours or NeMo's keys (.jsonl, .json, .gz), or a folder with train.jsonl and valid.jsonl."""

from __future__ import annotations

import dataclasses
import gzip
import json
from pathlib import Path

from aural.corpora.forms._audio import split_named
from aural.corpora.forms._relabel import relabeled
from aural.corpora.manifest import Clip, read_manifest
from aural.errors import CorpusError

_ENDINGS = (".jsonl", ".jsonl.gz", ".ndjson")
_KEYS = ("audio", "audio_filepath")


def fits(place: Path) -> bool:
    """True for a file that ends as manifests do, and for a folder with manifests named by splits, or with a single one."""
    if place.is_file():
        return place.name.lower().endswith((*_ENDINGS, ".json"))
    return bool(_manifests(place))


def read(place: Path, label: str | None = None) -> list[Clip]:
    """Its rows; those of a folder's manifests are in the split that the file is named by. Raises: ManifestError, CorpusError."""
    if place.is_file():
        return relabeled(read_manifest(place), label, place)
    clips: list[Clip] = []
    seen: dict[str, str] = {}
    for path in _manifests(place):
        split = split_named(_stem(path))
        if split is not None and seen.setdefault(split, path.name) != path.name:
            raise CorpusError(
                f"{seen[split]} and {path.name} are both named as {split}", where=str(place), fix="Give the one that is meant"
            )
        clips += [dataclasses.replace(clip, split=clip.split or split) for clip in read_manifest(path)]
    return relabeled(clips, label, place)


def _manifests(place: Path) -> list[Path]:
    """The manifests right in a folder: those named by splits, else the only one."""
    if not place.is_dir():
        return []
    found = sorted(
        p
        for p in place.iterdir()
        if p.name.lower().endswith(_ENDINGS) and p.is_file() and (split_named(_stem(p)) or _is_manifest(p))
    )
    named = [p for p in found if split_named(_stem(p))]
    return named or (found if len(found) == 1 else [])


def _is_manifest(path: Path) -> bool:
    """True when the first line names a recording by our key or NeMo's."""
    try:
        with gzip.open(path) if path.name.lower().endswith(".gz") else open(path, "rb") as lines:
            row = json.loads(lines.readline(1 << 20).decode("utf-8-sig"))
    except (OSError, EOFError, ValueError, RecursionError):
        return False
    return isinstance(row, dict) and any(key in row for key in _KEYS)


def _stem(path: Path) -> str:
    return path.name.partition(".")[0]
