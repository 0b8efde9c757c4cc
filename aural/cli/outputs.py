"""Where answers go: names of result files, what may be replaced, and the writing itself."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from aural import files, find
from aural.cli import gathered
from aural.cli.addresses import Address, Target, held, is_address
from aural.cli.inputs import Input
from aural.errors import UsageError
from aural.tasks._written import check_options as check_options
from aural.tasks._written import ending as ending
from aural.tasks._written import format_names as format_names
from aural.tasks._written import format_options as format_options
from aural.tasks._written import render as render

USUAL = ("txt", "json", "srt", "vtt", "tsv")  # what a folder without a format gets, as in the whisper family
_ELSEWHERE = "Choose another folder with -o"
_LONGEST = 255  # bytes of a file name that file systems take


@dataclass(frozen=True)
class Wish:
    """What the user wants written: formats, folder ("-" = standard output) or the one file, and what may be replaced.

    `gathered`: the one file takes the answers of all recordings, a line or a row for each.
    """

    formats: tuple[str, ...] = ()
    folder: str | None = None
    file: Target | None = None
    overwrite: bool = False
    skip_existing: bool = False
    gathered: bool = False


def wish_of(formats: str | None, told: str | None, writes: tuple[str, ...] | None) -> Wish:
    """What -f and -o ask for together. `told` may be a folder, - or a file: `-o talk.srt` says the format as well.

    Raises: UsageError for formats that do not exist, or that do not fit the file.
    """
    names = format_names(formats, writes)
    if told is not None and not told.strip():
        raise UsageError("no folder was given", where="--output-dir", fix="Name one, or - to print")
    picture = "png" in (writes or ())
    if told in (None, "-"):
        return Wish(names or (("png",) if picture else ()), told)
    if is_address(told or ""):
        return _elsewhere(told or "", names, writes)
    path = Path(told or "")
    _refuse_long(path)
    if path.suffix.lower() in gathered.ENDINGS and not files.is_folder(path):
        return _gathered(path, names, writes)
    named = None if files.is_folder(path) else _format_of(path, writes)
    if named is None:
        if picture and path.suffix and not files.is_folder(path):
            what = f"a picture cannot be written as {path.suffix[1:]!r}"
            raise UsageError(what, where="--output", fix=f"It is one of: {', '.join(writes or ())}")
        return Wish(names or (writes[:1] if writes else USUAL), told)
    if names and names != (named,):
        what = f"{told} names one file, and --format asks for {', '.join(names)}"
        raise UsageError(what, where="-o", fix="Give -o a folder, or leave -f out")
    return Wish((named,), None, path)


def _elsewhere(told: str, names: tuple[str, ...], writes: tuple[str, ...] | None) -> Wish:
    """A folder at an address, or the one file there that takes all answers. Raises: UsageError for any other file."""
    where = Address(told.rstrip("/"))
    if where.suffix.lower() in gathered.ENDINGS:
        where.check()
        return _gathered(where, names, writes)
    where.check()
    if not names and (named := _format_of(Path(where.name), writes)) is not None:
        raise UsageError("an address names a folder for results", where=f"-o {told}", fix=f"Leave the name out, and say -f {named}")
    return Wish(names or (writes[:1] if writes else USUAL), where.text)


def _gathered(path: Target, names: tuple[str, ...], writes: tuple[str, ...] | None) -> Wish:
    """One file for all. Raises: UsageError for answers that are no JSON, ExtraMissing without the package for a table."""
    if names not in ((), ("json",)) or "json" not in (writes or ("json",)):
        raise UsageError(f"{path.suffix} holds answers as JSON", where=f"-o {path}", fix="Give -o a folder, or leave -f out")
    gathered.check(path)
    return Wish(("json",), None, path, gathered=True)


def _format_of(path: Path, writes: tuple[str, ...] | None) -> str | None:
    """The format that a file's name says, the longest ending that fits."""
    endings = sorted(((ending(name, writes), name) for name in writes or find.names("formats")), key=lambda pair: -len(pair[0]))
    return next((name for end, name in endings if path.name.lower().endswith(end.lower()) and len(path.name) > len(end)), None)


def targets(inputs: Sequence[Input], wish: Wish, writes: tuple[str, ...] | None) -> dict[str, dict[str, Target]]:
    """Per input place: format -> path or address; nothing where results are printed.

    Two inputs that would write one name keep their endings, and where these are equal too, their folders;
    the folders below a searched folder are kept below the output folder.
    Raises: UsageError for two recordings and one file, for a recording that would be written over, a name
    that is too long, and a folder that cannot be written: all before anything is heard.
    """
    if not wish.formats or wish.folder == "-":
        return {i.place: {} for i in inputs}
    heard = [i for i in inputs if i.problem is None]
    if wish.gathered and wish.file is not None:
        refuse_targets([wish.file], [i.place for i in heard])
        return {i.place: {} for i in inputs}
    if wish.folder is not None and is_address(wish.folder):
        ends, there = {name: ending(name, writes) for name in wish.formats}, held(wish.folder)
        plan: dict[str, dict[str, Target]] = {i.place: {} for i in inputs}
        for place, stem in stems(heard).items():
            texts = {name: f"{wish.folder}/{stem.as_posix()}{end}" for name, end in ends.items()}
            plan[place] = {name: Address(text, text in there) for name, text in texts.items()}
        return plan
    if wish.file is not None:
        if len(inputs) > 1:
            raise UsageError(f"it names one file for {len(inputs)} recordings", where=f"-o {wish.file}", fix="Give -o a folder")
        found = {i.place: {wish.formats[0]: wish.file} for i in inputs}
    else:
        top = Path(wish.folder or ".")
        ends = {name: ending(name, writes) for name in wish.formats}
        names = stems(heard)
        found = {i.place: {} for i in inputs}
        for one in heard:
            stem = top / names[one.place]
            found[one.place] = {name: stem.parent / (stem.name + end) for name, end in ends.items()}
    refuse_targets([p for paths in found.values() for p in paths.values()], [i.place for i in heard])
    return found


def stems(inputs: Sequence[Input]) -> dict[str, Path]:
    """A name for the results of each input that no other has, as short as can be."""
    places = [Path(i.place).absolute().parent for i in inputs]
    shared = Path(os.path.commonpath(places)) if len({p.anchor for p in places}) == 1 else None
    ways: dict[str, list[Path]] = {}
    for one, place in zip(inputs, places, strict=True):
        name = Path(one.name)
        below = place.relative_to(shared) if shared else Path(*place.parts[1:])
        ways[one.place] = [one.folder / name.stem, one.folder / name, below / name.stem, below / name]
    chosen = dict.fromkeys(ways, 0)
    while True:
        taken: dict[str, list[str]] = {}
        for key, way in chosen.items():
            taken.setdefault(str(ways[key][way]).casefold(), []).append(key)
        doubled = [p for many in taken.values() if len(many) > 1 for p in many if chosen[p] < 3]
        if not doubled:
            return {key: ways[key][way] for key, way in chosen.items()}
        for key in doubled:
            chosen[key] += 1


def refuse_targets(paths: Sequence[Target], inputs: Sequence[str], what: str = "a recording") -> None:
    """Tell of files that cannot be written before anything is heard or said; `inputs` are what they may not be written over.

    Raises: UsageError.
    """
    own = {_exact(Path(place)) for place in inputs if place != "-"}
    folders: dict[Path, None] = {}
    for path in (p for p in paths if isinstance(p, Path)):
        _refuse_long(path)
        if _exact(path) in own:
            raise UsageError(f"this would be written over {what}", where=str(path), fix=_ELSEWHERE)
        if files.is_folder(path):
            raise UsageError("this is a folder, and a file is to be written", where=str(path), fix=_ELSEWHERE)
        folders.setdefault(files.nearest_folder(path))
    for folder in folders:
        files.refuse_folder(folder, _ELSEWHERE)


def _refuse_long(path: Path) -> None:
    if any(len(os.fsencode(part)) > _LONGEST for part in path.parts) or len(os.fsencode(path)) > 16 * _LONGEST:
        raise UsageError("this name is too long for a file", where=f"{str(path)[:60]}...", fix="Give a shorter one with -o")


def _exact(path: Path) -> str:
    return os.path.realpath(path)


def refuse_existing(paths: Sequence[Target], wish: Wish, *, skips: bool = True) -> None:
    """Raises: UsageError when one of `paths` exists and may not be replaced. `skips`: whether the verb has --skip-existing."""
    fix = "--overwrite replaces it, --skip-existing leaves it" if skips else "--overwrite replaces it"
    for path in paths:
        if path.exists() and not wish.overwrite:
            raise UsageError("this file exists already", where=str(path), fix=fix)


def put(data: str | bytes, path: Target | None) -> None:
    """Write to a file (whole or not at all), or to standard output where `path` is None."""
    if isinstance(path, Address):
        path.write_bytes(data.encode("utf-8", "backslashreplace") if isinstance(data, str) else data)
    elif path is not None:
        files.write_text(path, data) if isinstance(data, str) else files.write_bytes(path, data)
    elif isinstance(data, str):
        print(data, end="" if data.endswith("\n") else "\n")
    else:
        sys.stdout.buffer.write(data)
        sys.stdout.flush()
