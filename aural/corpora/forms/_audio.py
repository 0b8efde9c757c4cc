"""What counts as a recording in a folder, and the splits that folders and columns name."""

from __future__ import annotations

import os
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


def files(folder: Path) -> Iterator[Path]:
    """Every file below a folder, sorted; links are followed, once each, and hidden folders are not entered."""
    seen: set[tuple[int, int]] = set()
    for place, inner, names in os.walk(folder, followlinks=True):
        status = Path(place).stat()
        if (status.st_dev, status.st_ino) in seen:
            inner.clear()
            continue
        seen.add((status.st_dev, status.st_ino))
        inner[:] = sorted(name for name in inner if not name.startswith("."))
        yield from (Path(place, name) for name in sorted(names))


def folders(place: Path) -> list[Path]:
    """The folders right below a place, sorted, without hidden ones; none below what cannot be opened."""
    try:
        return sorted(child for child in place.iterdir() if child.is_dir() and not child.name.startswith("."))
    except OSError:
        return []


def recordings(folder: Path) -> Iterator[Path]:
    """Every recording below a folder, without what is hidden."""
    return (path for path in files(folder) if is_audio(path) and path.is_file())


def holds_sound(folder: Path) -> bool:
    """True when a recording lies below a folder."""
    return next(recordings(folder), None) is not None


def split_named(name: str | None) -> str | None:
    """train, valid or test behind the usual names of folders and columns; None for anything else."""
    return SPLITS.get((name or "").strip().lower())
