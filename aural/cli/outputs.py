"""Where answers go: names of result files, and one way to write each kind of answer."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aural import files, find, settings
from aural.cli.inputs import Input
from aural.errors import UsageError
from aural.pictures.picture import Picture
from aural.results import Match, Report, Result, Vectors


@dataclass(frozen=True)
class Wish:
    """What the user wants written: formats, folder ("-" = standard output), and what may be replaced."""

    formats: tuple[str, ...] = ()
    folder: str | None = None
    overwrite: bool = False
    skip_existing: bool = False


def format_names(text: str | None, writes: tuple[str, ...] | None = None) -> tuple[str, ...]:
    """Format names from "srt,vtt" or "all"; `writes` bounds them where a task's answer is no Result.

    Raises: UsageError for one that does not exist.
    """
    if not text:
        return ()
    known = writes or find.names("formats")
    aliases = {} if writes else {alias: n for n in known for alias in vars(find.page("formats", n)).get("ALIASES", ())}
    wanted = [t.strip().lower() for t in text.split(",") if t.strip()]
    chosen: list[str] = []
    for name in wanted:
        if name == "all":
            chosen += known
            continue
        name = aliases.get(name, name)
        if name not in known:
            fix = settings.unknown(name, [*known, "all"]).fix
            raise UsageError(f"there is no format {name!r}", where="--format", fix=fix)
        chosen.append(name)
    return tuple(dict.fromkeys(chosen))


def targets(inputs: Sequence[Input], endings: Sequence[str], folder: str | None) -> dict[str, dict[str, Path]]:
    """Per input place: ending -> path. Two inputs that would write one name keep their own endings.

    The folders below a searched folder are kept below the output folder.
    """
    top = Path(folder or ".")
    plain = [top / i.folder / Path(i.name).stem for i in inputs]
    stems = [p if plain.count(p) == 1 else top / i.folder / i.name for p, i in zip(plain, inputs, strict=True)]
    return {i.place: {e: s.parent / f"{s.name}.{e.lstrip('.')}" for e in endings} for i, s in zip(inputs, stems, strict=True)}


def ending(name: str, writes: tuple[str, ...] | None = None) -> str:
    """The file ending of a format."""
    return f".{name}" if writes else str(find.page("formats", name).EXTENSION)


def refuse_existing(paths: Sequence[Path], wish: Wish) -> None:
    """Raises: UsageError when one of `paths` exists and may not be replaced."""
    for path in paths:
        if path.exists() and not wish.overwrite:
            raise UsageError("this file exists already", where=str(path), fix="--overwrite replaces it, --skip-existing leaves it")


def format_options() -> tuple[settings.Option, ...]:
    """The options of all formats, each name once."""
    found: dict[str, settings.Option] = {}
    for name in find.names("formats"):
        made = vars(find.page("formats", name)).get("Options")
        for option in settings.options_of(made) if made else ():
            found.setdefault(option.name, option)
    return tuple(found.values())


def render(answer: Any, name: str, media: Any = None, given: dict[str, Any] | None = None) -> str | bytes:
    """An answer in the format `name`. Raises: UsageError when that format cannot hold it."""
    if isinstance(answer, Result):
        page = find.page("formats", name)
        made = vars(page).get("Options")
        known = {o.name for o in settings.options_of(made)} if made else set()
        options = settings.build(made, {k: v for k, v in (given or {}).items() if k in known}) if made else None
        return page.write(answer, media=media, options=options)  # type: ignore[no-any-return]
    if isinstance(answer, Picture):
        return answer.as_format(name)
    if name == "json":
        return json.dumps(plain(answer), indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    if name in ("csv", "txt") and isinstance(answer, Report):
        rows = [f"{s},{n},{'' if v is None else v},{u}" for s, r in answer.sections.items() for n, v, u in r]
        return "\n".join(["section,name,value,unit", *rows]) + "\n" if name == "csv" else f"{answer}\n"
    raise UsageError(f"this answer cannot be written as {name}", where="--format", fix="Use json")


def plain(answer: Any) -> Any:
    """An answer as values that JSON can hold."""
    if isinstance(answer, Report):
        return {s: {n: {"value": v, "unit": u} for n, v, u in rows} for s, rows in answer.sections.items()}
    if isinstance(answer, Match):
        return vars(answer)
    if isinstance(answer, Vectors):
        spans = [{"start": s.start, "end": s.end} for s in answer.spans]
        return {"model": answer.model, "spans": spans, "values": answer.values.tolist()}
    if isinstance(answer, (list, tuple)):
        return [plain(a) for a in answer]
    raise UsageError(f"this answer ({type(answer).__name__}) has no JSON form")


def put(data: str | bytes, path: Path | None) -> None:
    """Write to a file (whole or not at all), or to standard output where `path` is None."""
    if path is not None:
        files.write_text(path, data) if isinstance(data, str) else files.write_bytes(path, data)
    elif isinstance(data, str):
        print(data, end="" if data.endswith("\n") else "\n")
    else:
        sys.stdout.buffer.write(data)
        sys.stdout.flush()
