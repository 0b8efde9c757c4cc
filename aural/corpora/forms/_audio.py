"""What counts as a recording in a folder, and the splits that folders and columns name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

ENDINGS = frozenset(
    (".wav .flac .ogg .oga .opus .mp3 .m4a .aac .mp4 .webm .wma .aiff .aif .aifc .amr .au .caf .mka .mkv .mov .w64 .3gp").split()
)
SPLITS = {
    "train": "train", "training": "train", "valid": "valid", "validation": "valid", "val": "valid", "dev": "valid",
    "test": "test", "testing": "test", "eval": "test",
}  # fmt: skip


def is_audio(path: Path) -> bool:
    """True for a name that ends as recordings do; hidden files never count."""
    return path.suffix.lower() in ENDINGS and not path.name.startswith(".")


def recordings(folder: Path) -> Iterator[Path]:
    """Every recording below a folder, sorted, without what lies in hidden folders."""
    for path in sorted(folder.rglob("*")):
        if is_audio(path) and path.is_file() and not any(p.startswith(".") for p in path.relative_to(folder).parts):
            yield path


def split_named(name: str | None) -> str | None:
    """train, valid or test behind the usual names of folders and columns; None for anything else."""
    return SPLITS.get((name or "").strip().lower())
