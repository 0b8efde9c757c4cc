"""Options as frozen dataclasses: one field is keyword, flag, TOML key and help line; and the environment."""

from __future__ import annotations

import dataclasses
import os
import sys
import tomllib
import types
import typing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from aural import find
from aural.errors import UsageError

T = TypeVar("T")
File = typing.Literal["", "named", "maybe", "left"]
_TRUE, _FALSE = ("true", "yes", "on", "1"), ("false", "no", "off", "0")


def option(
    default: Any, help: str, *, unit: str = "", choices: Sequence[str] = (), also: Sequence[str] = (), least: float | None = None,
    most: float | None = None, file: File = "",
) -> Any:  # fmt: skip
    """Declare one field of an options dataclass.

    `help` says what it does and why the default is what it is; `unit` stands behind the value in
    help texts; `choices` bounds a text, `least` and `most` a number (both may be reached); `also` holds
    further spellings of the flag (with dashes). `file` tells what it has to do with the disk of this machine,
    which is nothing for those who ask from elsewhere: the text names a file ("named"), may name one ("maybe"),
    or true leaves files behind ("left").
    """
    meta = {"help": help, "unit": unit, "choices": tuple(choices), "also": tuple(also), "least": least, "most": most, "file": file}
    return dataclasses.field(default=default, metadata=meta)


@dataclass(frozen=True)
class Option:
    """One option as command line, help pages and errors see it."""

    name: str
    kind: type
    many: bool
    default: Any
    help: str
    unit: str
    choices: tuple[str, ...]
    also: tuple[str, ...]
    least: float | None = None
    most: float | None = None
    file: File = ""

    @property
    def flag(self) -> str:
        return "--" + self.name.replace("_", "-")

    @property
    def range(self) -> str:
        """The numbers that it takes, such as "0 to 1"; nothing where they are not bounded."""
        if self.least is None and self.most is None:
            return ""
        if self.most is None:
            return f"{self.least:g} or more"
        return f"{self.most:g} or less" if self.least is None else f"{self.least:g} to {self.most:g}"


def options_of(cls: type) -> tuple[Option, ...]:
    """The options of a frozen dataclass in the order of its fields."""
    hints = typing.get_type_hints(cls)
    found = []
    for field in dataclasses.fields(cls):
        kind, many = _kind(hints[field.name])
        meta = field.metadata
        found.append(
            Option(
                field.name,
                kind,
                many,
                field.default,
                meta.get("help", ""),
                meta.get("unit", ""),
                meta.get("choices", ()),
                meta.get("also", ()),
                meta.get("least"),
                meta.get("most"),
                meta.get("file", ""),
            )
        )
    return tuple(found)


def build(cls: type[T], *layers: Mapping[str, Any], where: str = "") -> T:
    """An options object from layers of values, later layers first in force (recipe, config, flags).

    Texts are read as the field's type. Raises: UsageError for an unknown name (with the nearest
    known one), for a value that does not fit the type, or for one outside the choices.
    """
    known = {o.name: o for o in options_of(cls)}
    values: dict[str, Any] = {}
    for layer in layers:
        for name, value in layer.items():
            if name not in known:
                raise unknown(name, known, where)
            values[name] = _fit(known[name], value, where)
    return cls(**values)


def unknown(name: str, known: typing.Iterable[str], where: str = "") -> UsageError:
    """The error for a name that does not exist, naming the nearest one that does."""
    names = sorted(known)
    near = find.nearest(name, names)
    fix = f"Did you mean {near!r}?" if near else f"Known: {', '.join(names) or 'none'}"
    return UsageError(f"there is no option {name!r}", where=where, fix=fix)


def as_dict(options: Any) -> dict[str, Any]:
    """The resolved options as plain values, for receipts and run folders."""
    return dataclasses.asdict(options)


def from_toml(path: Path) -> dict[str, Any]:
    """Option values from a TOML file. Raises: UsageError when it cannot be read."""
    try:
        return {name.replace("-", "_"): value for name, value in tomllib.loads(path.read_text(encoding="utf-8")).items()}
    except OSError as error:
        raise UsageError(f"this settings file cannot be read ({error.strerror or error})", where=str(path)) from error
    except ValueError as error:
        why = "it is no text" if isinstance(error, UnicodeDecodeError) else error
        raise UsageError(f"this is no TOML file ({why})", where=str(path), fix="Write lines such as: gate = 0.4") from error


def home() -> Path:
    """Where models and stores live: AURAL_HOME, else the system's cache folder."""
    told = os.environ.get("AURAL_HOME")
    if told:
        return Path(told).expanduser()
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local")) / "aural"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "aural"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "aural"


def offline() -> bool:
    """True when AURAL_OFFLINE (or HF_HUB_OFFLINE) forbids the network."""
    return any(os.environ.get(name, "").lower() in _TRUE for name in ("AURAL_OFFLINE", "HF_HUB_OFFLINE"))


def _kind(hint: Any) -> tuple[type, bool]:
    """The scalar type behind a hint such as `float | None` or `tuple[str, ...]`, and whether it is many."""
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        hint = next(a for a in typing.get_args(hint) if a is not type(None))
    if typing.get_origin(hint) is tuple:
        return typing.get_args(hint)[0], True
    return hint, False


def _fit(option: Option, value: Any, where: str) -> Any:
    if option.many:
        if value is None:
            return option.default
        parts = value.split(",") if isinstance(value, str) else value
        if not isinstance(parts, Sequence | set | frozenset):
            raise UsageError(f"{option.flag} takes several values, not {_short(value)}", where=where, fix="Give a list")
        return tuple(_fit(dataclasses.replace(option, many=False), p, where) for p in parts)
    if value is None and option.default is None:
        return None
    try:
        fitted = _read(option.kind, value)
    except (TypeError, ValueError, OverflowError):
        raise UsageError(f"{option.flag} takes {_article(option)}, not {_short(value)}", where=where) from None
    if option.choices and fitted not in option.choices:
        raise UsageError(
            f"{option.flag} is {_short(value)}", where=where, fix=f"It takes one of: {', '.join(filter(None, option.choices))}"
        )
    if (option.least is not None and fitted < option.least) or (option.most is not None and fitted > option.most):
        raise UsageError(f"{option.flag} is {_short(value)}", where=where, fix=f"It takes {option.range}")
    return fitted


def _short(value: Any) -> str:
    """A value as it stands in an error: never more than a line."""
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:60]}... ({type(value).__name__})"


def _read(kind: type, value: Any) -> Any:
    if kind is bool:
        text = str(value).lower()
        if text not in _TRUE + _FALSE:
            raise ValueError(text)
        return text in _TRUE
    if kind in (int, float, str) and isinstance(value, bool):
        raise TypeError(value)
    if kind is str:
        if not isinstance(value, str | int | float | os.PathLike):
            raise TypeError(value)
        return os.fspath(value) if isinstance(value, os.PathLike) else str(value)
    if kind is int and isinstance(value, float) and value != int(value):
        raise ValueError(value)
    if kind is float and (number := float(value)) != number:
        raise ValueError(value)
    return kind(value)


def _article(option: Option) -> str:
    named = {int: "a whole number", float: "a number", bool: "true or false", str: "a text", Path: "a path"}
    return named.get(option.kind, option.kind.__name__) + (f" ({option.unit})" if option.unit else "")
