"""Recipes: settings that reached something, for a kind of data, each a TOML file in aural/recipes that names it.

    aural train classify fsdd/ --recipe digits

A recipe stands between defaults and what the command line says: config files and flags come before it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aural import find
from aural.errors import UsageError

_FOLDER = Path(__file__).parents[1] / "recipes"


@dataclass(frozen=True)
class Recipe:
    """What is learned (`verb`, `method`, `label`, `unit`) with which options; `corpus` is the page of corpora/sets whose folder
    it was made for, `about` says what it is for and `reaches` what it has reached, on what."""

    name: str
    about: str
    verb: str
    reaches: str
    method: str | None = None
    corpus: str | None = None
    label: str | None = None
    unit: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)


def names() -> tuple[str, ...]:
    """All recipes, sorted."""
    return tuple(sorted(p.stem for p in _FOLDER.glob("*.toml")))


def read(name: str) -> Recipe:
    """A recipe by its name. Raises: UsageError, naming the nearest one, when there is none."""
    known = names()
    if name not in known:
        near = find.nearest(name, known)
        hint = f"Did you mean {near!r}?" if near else f"Known: {', '.join(known)}"
        raise UsageError(f"there is no recipe {name!r}", where="--recipe", fix=hint)
    told = tomllib.loads((_FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    options = {key.replace("-", "_"): value for key, value in told.pop("settings", {}).items()}
    return Recipe(name=name, settings=options, **told)
