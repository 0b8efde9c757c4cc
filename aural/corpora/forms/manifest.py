"""JSON lines: one clip a line, ours or NeMo's keys (.jsonl, .json, .gz)."""

from __future__ import annotations

from pathlib import Path

from aural.corpora.manifest import Clip, read_manifest


def fits(place: Path) -> bool:
    """True for a file that ends as manifests do."""
    return place.is_file() and place.name.lower().endswith((".jsonl", ".jsonl.gz", ".json", ".ndjson"))


def read(place: Path) -> list[Clip]:
    """Its rows. Raises: ManifestError."""
    return read_manifest(place)
