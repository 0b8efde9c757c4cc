"""Find pages (one thing, one file) by their file names: the only dynamic import of the package."""

from __future__ import annotations

import difflib
import importlib
import importlib.util
import json
import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from aural.errors import UsageError

_ROOT = Path(__file__).parent


@cache
def names(folder: str) -> tuple[str, ...]:
    """Sorted page names of a room such as "tasks" or "sound/effects".

    Listed from the disk; where sources cannot be listed (frozen programs, zip files), from the
    generated index `pages.json`.
    """
    place = _ROOT / folder
    if place.is_dir():
        found = [p.stem for p in place.glob("*.py")] + [p.name for p in place.glob("*/") if (p / "__init__.py").is_file()]
        return tuple(sorted(n for n in found if not n.startswith("_")))
    return tuple(sorted(_index().get(folder, {})))


@cache
def first_line(folder: str, name: str) -> str:
    """First line of a page's docstring, read as text: nothing is imported."""
    page = _ROOT / folder / f"{name}.py"
    if not page.is_file():
        return _index().get(folder, {}).get(name, "")
    with page.open(encoding="utf-8") as lines:
        return next(lines, "").strip().strip('"').strip()


def page(folder: str, name: str) -> Any:
    """Import the page `name` of a room.

    Raises: UsageError when there is no such page; it names the nearest one.
    """
    check(folder, name)
    return importlib.import_module(f"aural.{folder.replace('/', '.')}.{name}")


def check(folder: str, name: str) -> None:
    """Raises: UsageError when a room has no page `name`. Nothing is imported."""
    known = names(folder)
    if name not in known:
        near = nearest(name, known)
        hint = f"Did you mean {near!r}?" if near else f"Known: {', '.join(known)}"
        raise UsageError(f"there is no {name!r} among the {folder.rpartition('/')[2]}", fix=hint)


def check_own(folder: str, name: str) -> None:
    """Raises: UsageError for what is neither a page of a room nor a user's own Python file, by their names."""
    if name.endswith(".py"):
        return
    if Path(name).suffix or Path(name).exists() or "/" in name:
        known = f"Give a file that ends in .py, or one of: {', '.join(names(folder))}"
        raise UsageError("this is no Python file", where=name, fix=known)
    check(folder, name)


def nearest(word: str, known: Iterable[str], close: float = 0.5) -> str | None:
    """The name among `known` that a word was probably meant to be, None where none is as `close` (0..1)."""
    return next(iter(alike(word, known, 1, close)), None)


def alike(word: str, known: Iterable[str], most: int, close: float = 0.5) -> list[str]:
    """At most so many of the names that look like a word, the nearest first."""
    return difflib.get_close_matches(word, list(known), n=most, cutoff=close)


@cache
def file_page(path: str) -> Any:
    """The page in a user's own file. Its code runs: it is the user's, named by the user.

    Raises: UsageError when there is no such file, or when it cannot be imported.
    """
    place = Path(path).expanduser()
    if not place.is_file():
        raise UsageError("there is no such file", where=path)
    spec = importlib.util.spec_from_file_location(f"aural_own_{place.stem}", place)
    if spec is None or spec.loader is None:
        raise UsageError("this is no Python file", where=path, fix="Its name ends in .py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their own module up
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise UsageError(f"this file cannot be imported ({type(error).__name__}: {error})", where=path) from error
    return module


def attribute(module: str, name: str) -> Any:
    """The object `name` of an aural module: what the lazy names of the package stand on."""
    return getattr(importlib.import_module(f"aural.{module}"), name)


@cache
def _index() -> dict[str, dict[str, str]]:
    from importlib.resources import files

    index: dict[str, dict[str, str]] = json.loads(files("aural").joinpath("pages.json").read_text(encoding="utf-8"))
    return index
