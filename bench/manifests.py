"""Rows of manifests as the benches read and write them: one JSON object a line."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

Row = dict[str, Any]


def rows(manifest: Path) -> list[Row]:
    """The rows as they stand."""
    return [json.loads(line) for line in manifest.read_text(encoding="utf-8").splitlines()]


def placed(manifest: Path) -> list[Row]:
    """The rows, each with the whole path of its recording under "audio"."""
    return [row | {"audio": str((manifest.parent / row["audio"]).resolve())} for row in rows(manifest)]


def part(folder: Path, split: str) -> list[Row]:
    """The rows of a part of a corpus, placed; none where there is no such part."""
    manifest = folder / f"{split}.jsonl"
    return placed(manifest) if manifest.is_file() else []


def write(manifest: Path, found: Iterable[Row]) -> Path:
    """The manifest of these rows, whose folder is made."""
    manifest.parent.mkdir(parents=True, exist_ok=True)
    manifest.write_text("".join(json.dumps(row, sort_keys=True) + "\n" for row in found), encoding="utf-8")
    return manifest
