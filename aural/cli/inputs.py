"""Inputs of a command line: files, folders, globs, pipes and samples, as a sorted list."""

from __future__ import annotations

import glob
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from aural import find
from aural.cli import addresses
from aural.errors import AuralError, UnreadableSound, one_line
from aural.files import seen
from aural.sound.inside import is_recording

# What a folder is searched for. A file that is named outright is opened whatever its ending.
ENDINGS = frozenset(
    ".wav .flac .ogg .oga .opus .mp3 .mp2 .m4a .m4b .aac .mp4 .m4v .mov .mkv .mka .webm .wma .asf .aif .aiff"
    " .aifc .amr .3gp .caf .au .snd .wv .tta .ac3 .gsm .spx .avi .w64".split()
)


@dataclass(frozen=True)
class Input:
    """One recording to hear: how it is opened, and the name that its results take.

    `stamp` changes when the recording does, where the listing told that already. `problem` is why it cannot be heard;
    it is told when its turn comes, so that the others are heard.
    """

    place: str
    name: str
    folder: Path = Path()
    problem: AuralError | None = None
    stamp: str = ""


def expand(given: Sequence[str]) -> list[Input]:
    """Files, folders (searched through), globs, `-` and `sample:NAME` as inputs, each once.

    What is not there becomes an input with a problem, as long as something else is.
    Raises: UnreadableSound when nothing is: for a file that is not there (it names the nearest one), or
    a folder without recordings.
    """
    found: list[Input] = []
    for text in given:
        try:
            found += _one(text)
        except AuralError as error:
            found.append(Input(text, Path(text).name, problem=error))
    problems = [i.problem for i in found if i.problem]
    if problems and len(problems) == len(found):
        raise problems[0]
    once: dict[str, Input] = {}
    for one in found:
        once.setdefault(_key(one), one)
    return list(once.values())


def _key(one: Input) -> str:
    """Two spellings of one path are one input."""
    told = one.place == "-" or one.place.startswith("sample:") or addresses.is_address(one.place)
    return one.place if told else str(Path(one.place).absolute())


def _one(text: str) -> list[Input]:
    if text == "-":
        return [Input("-", "stdin")]
    if text.startswith("sample:"):
        return [Input(text, text.removeprefix("sample:"))]
    if not text.strip():
        raise UnreadableSound("the path is empty", fix="Name a recording")
    if addresses.is_address(text):
        rows = addresses.found(text, ENDINGS)
        return [Input(place, PurePosixPath(place).name, Path(folder), stamp=stamp) for place, folder, stamp in rows]
    path = Path(text)
    if seen(path.is_dir):
        return _folder(path)
    if seen(path.exists) or seen(lambda: is_recording(path)):
        return [Input(text, path.name)]
    if glob.has_magic(text):
        hits = sorted(h for h in glob.glob(text, recursive=True) if not Path(h).is_dir())
        if hits:
            return [Input(h, Path(h).name) for h in hits]
        if not path.parent.is_dir() or "**" in text:
            raise UnreadableSound("no file has such a name", where=text, fix="Check the pattern")
    raise missing(path)


def _folder(path: Path) -> list[Input]:
    files: list[Path] = []
    for folder, _, names in os.walk(path):  # what may not be read is left out, links to folders are not followed
        files += [p for n in names if (p := Path(folder, n)).suffix.lower() in ENDINGS and seen(p.is_file)]
    if not files:
        raise UnreadableSound("there is no recording in this folder", where=str(path), fix="Name the files themselves")
    return [Input(str(p), p.name, p.parent.relative_to(path)) for p in sorted(files)]


def missing(path: Path) -> UnreadableSound:
    """The error for a file that is not there, with the nearest name in its folder."""
    if len(str(path)) > 1000:
        return UnreadableSound("this name is too long for a file", where=f"{str(path)[:60]}...", fix="Check the command line")
    try:
        names = [p.name for p in path.parent.iterdir()]
    except OSError:
        return UnreadableSound("there is no such folder", where=str(path.parent), fix="Check the path")
    near = find.nearest(path.name, names, 0.7)
    fix = f"Did you mean {one_line(str(path.parent / near))}?" if near else "Check the spelling"
    return UnreadableSound("there is no such file", where=str(path), fix=fix)


def interactive() -> bool:
    """True when a person looks at standard error."""
    return sys.stderr.isatty()
