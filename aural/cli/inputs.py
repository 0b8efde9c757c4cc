"""Inputs of a command line: files, folders, globs, pipes and samples, as a sorted list."""

from __future__ import annotations

import difflib
import glob
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from aural.errors import UnreadableSound

# What a folder is searched for. A file that is named outright is opened whatever its ending.
ENDINGS = frozenset(
    ".wav .flac .ogg .oga .opus .mp3 .mp2 .m4a .m4b .aac .mp4 .m4v .mov .mkv .mka .webm .wma .asf .aif .aiff"
    " .aifc .amr .3gp .caf .au .snd .wv .tta .ac3 .gsm .spx .avi .w64".split()
)


@dataclass(frozen=True)
class Input:
    """One recording to hear: how it is opened, and the name that its results take."""

    place: str
    name: str
    folder: Path = Path()


def expand(given: Sequence[str]) -> list[Input]:
    """Files, folders (searched through), globs, `-` and `sample:NAME` as inputs, each once.

    Raises: UnreadableSound for a file that is not there (it names the nearest one) or a folder
    without recordings.
    """
    found: list[Input] = []
    for text in given:
        found += _one(text)
    return list({i.place: i for i in found}.values())


def _one(text: str) -> list[Input]:
    if text == "-":
        return [Input("-", "stdin")]
    if text.startswith("sample:"):
        return [Input(text, text.removeprefix("sample:"))]
    path = Path(text)
    if path.is_dir():
        return _folder(path)
    if path.exists():
        return [Input(text, path.name)]
    if glob.has_magic(text):
        hits = sorted(glob.glob(text, recursive=True))
        if hits:
            return [i for h in hits for i in (_one(h) if not Path(h).is_dir() else [])]
    raise missing(path)


def _folder(path: Path) -> list[Input]:
    files = sorted(p for p in path.rglob("*") if p.suffix.lower() in ENDINGS and p.is_file())
    if not files:
        raise UnreadableSound("there is no recording in this folder", where=str(path))
    return [Input(str(p), p.name, p.parent.relative_to(path)) for p in files]


def missing(path: Path) -> UnreadableSound:
    """The error for a file that is not there, with the nearest name in its folder."""
    try:
        names = [p.name for p in path.parent.iterdir()]
    except OSError:
        return UnreadableSound("there is no such folder", where=str(path.parent))
    near = difflib.get_close_matches(path.name, names, n=1, cutoff=0.6)
    fix = f"Did you mean {str(path.parent / near[0])!r}?" if near else "Check the spelling"
    return UnreadableSound("there is no such file", where=str(path), fix=fix)


def interactive() -> bool:
    """True when a person looks at standard error."""
    return sys.stderr.isatty()
