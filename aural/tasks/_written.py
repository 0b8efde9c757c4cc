"""An answer of any task as the bytes of a format: what the command line and the server write."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from aural import find, settings
from aural.errors import UsageError
from aural.pictures.groups import Groups
from aural.pictures.picture import Picture
from aural.results import Match, Report, Result, Vectors
from aural.sound.sound import Sound
from aural.tasks._speech import Speech, tags
from aural.tasks._task import Task

SOUNDS = ("wav", "flac", "mp3", "ogg", "opus", "m4a")


def format_names(text: str | None, writes: tuple[str, ...] | None = None, sounds: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Format names from "srt,vtt" or "all"; `writes` bounds them where a task's answer is no Result.

    `sounds` are known beside them, where the answer is one; "all" does not mean them.

    Raises: UsageError for one that does not exist, or for none.
    """
    if text is None:
        return ()
    known = writes or find.names("formats")
    aliases = {} if writes else {alias: n for n in known for alias in vars(find.page("formats", n)).get("ALIASES", ())}
    chosen: list[str] = []
    for name in (t.strip().lower().removeprefix(".") for t in text.split(",") if t.strip()):
        if name == "all":
            chosen += known
            continue
        name = aliases.get(name, name)
        if name not in (*sounds, *known):
            near = find.nearest(name, [*sounds, *known, "all"])
            raise UsageError(
                f"there is no format {name!r}" if not writes else f"this answer cannot be written as {name!r}",
                where="--format", fix=f"Did you mean {near}?" if near else f"There are: {', '.join((*sounds, *known))}, all",
            )  # fmt: skip
        chosen.append(name)
    if not chosen:
        raise UsageError("no format was given", where="--format", fix="Give one such as srt, or all")
    return tuple(dict.fromkeys(chosen))


def writable(task: Task) -> tuple[str, ...]:
    """Every format that a task's answer can be written as, the usual one first."""
    if task.writes is not None:
        return task.writes
    others = tuple(name for name in find.names("formats") if name != "json")
    return (*SOUNDS, "json", *others) if task.takes == "text" else ("json", *others)


def ending(name: str, writes: tuple[str, ...] | None = None) -> str:
    """The file ending of a format."""
    return f".{name}" if writes else str(find.page("formats", name).EXTENSION)


def format_options() -> tuple[settings.Option, ...]:
    """The options of all formats, each name once."""
    found: dict[str, settings.Option] = {}
    for name in find.names("formats"):
        made = vars(find.page("formats", name)).get("Options")
        for option in settings.options_of(made) if made else ():
            found.setdefault(option.name, option)
    return tuple(found.values())


def check_options(formats: Sequence[str], given: Mapping[str, Any]) -> None:
    """Raises: UsageError for values that the options of the formats do not take."""
    for name in formats:
        made = vars(find.page("formats", name)).get("Options") if name in find.names("formats") else None
        if made:
            _options(made, given)


def _options(made: type, given: Mapping[str, Any]) -> Any:
    known = {o.name for o in settings.options_of(made)}
    return settings.build(made, {k: v for k, v in given.items() if k in known})


def render(answer: Any, name: str, media: Any = None, given: Mapping[str, Any] | None = None) -> str | bytes:
    """An answer in the format `name`. Raises: UsageError when that format cannot hold it."""
    if isinstance(answer, Result):
        page = find.page("formats", name)
        made = vars(page).get("Options")
        return page.write(answer, media=media, options=_options(made, given or {}) if made else None)  # type: ignore[no-any-return]
    if isinstance(answer, Picture | Groups):
        return answer.as_format(name)
    if isinstance(answer, Speech):
        if name not in SOUNDS:
            return render(answer.result, name, media, given)
        from aural.sound.encode import encode

        return encode(answer.sound, name, tags=tags(answer.result.made_by))
    if isinstance(answer, Sound):
        from aural.sound.encode import encode, formats

        if name not in formats():
            what = f"the answer is a sound, and that cannot be written as {name!r}"
            raise UsageError(what, fix="Name a file with the ending of a sound, such as -o NAME.wav")
        return encode(answer, name)
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
