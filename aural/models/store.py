"""Models on this machine: finds them by name, fetches, checks, adds and removes them."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aural import archives, find
from aural.archives import Place, Wanted
from aural.errors import ExtraMissing, ModelMissing, UsageError
from aural.models import card as cards
from aural.models.card import Card
from aural.models.face import Model
from aural.models.runtime import Runtime
from aural.progress import Progress, Quiet
from aural.settings import home

_BORROWED, _ENGINES = "models/borrowed", "models/engines"


@dataclass(frozen=True)
class Entry:
    """One model that the store knows: `page` for a borrowed one, else a folder with its own card."""

    card: Card
    folder: Path
    page: Any = None

    @property
    def roles(self) -> tuple[str, ...]:
        also: tuple[str, ...] = getattr(self.page, "ALSO", ())
        return (self.card.role, *also)

    @property
    def files(self) -> tuple[Wanted, ...]:
        return tuple(self.page.FILES) if self.page is not None else ()

    @property
    def places(self) -> tuple[Place, ...]:
        return tuple(Place(wanted, self.folder) for wanted in self.files)


def open_model(name: str, role: str, runtime: Runtime | None = None, progress: Progress | None = None) -> Model:
    """Open the model `name` for `role`, fetched first when it is not here.

    `name` is a card's name, an alias within the role, a page name, a model folder, or org/name of a hub.
    Raises: ModelMissing (unknown, or offline and not here), ModelRefused, UsageError (another role).
    """
    runtime = runtime or Runtime()
    if _is_hub_name(name, role):
        return _hub(name, role, runtime)
    entry = entry_of(name, role)
    ensure(name, role, progress)
    if entry.page is not None:
        model: Model = entry.page.open(entry.folder, runtime)
        return model
    engine: Model = find.page(_ENGINES, entry.card.kind).open(entry.folder, entry.card, runtime)
    return engine


def ensure(name: str, role: str | None = None, progress: Progress | None = None) -> Path:
    """The folder of a model whose files are all here, fetched now where they are not."""
    entry = entry_of(name, role)
    if not is_here(name, role):
        archives.get(entry.places, progress=progress or Quiet(), stage=f"fetch {entry.card.name}")
    return entry.folder


def is_here(name: str, role: str | None = None) -> bool:
    """True when all files of the model lie on this machine."""
    try:
        entry = entry_of(name, role)
    except ModelMissing:
        return False
    return all(place.filled for place in entry.places)


def names() -> tuple[str, ...]:
    """Names of all models: borrowed, added by hand and shipped."""
    return tuple(sorted({entry.card.name for entry in entries()}))


def entries() -> list[Entry]:
    """All models the store knows, sorted by name; a borrowed page goes before a folder of its name."""
    found = {name: _folder_entry(path) for name, path in _folders().items()}
    for page in find.names(_BORROWED):
        entry = _borrowed(page)
        found[entry.card.name] = entry
    return [found[name] for name in sorted(found)]


def entry_of(name: str, role: str | None = None) -> Entry:
    """The model behind a name. Raises: ModelMissing with the nearest name, UsageError for another role."""
    entry = _direct(name) or _by_alias(name, role)
    if entry is None:
        known = names()
        near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
        hint = f"Did you mean {near[0]!r}? " if near else ""
        raise ModelMissing(f"there is no model {name!r}", fix=f"{hint}`aural models` lists what there is")
    if role is not None and role not in entry.roles:
        raise UsageError(f"{entry.card.name} is a model for {entry.card.role!r}, not for {role!r}")
    return entry


def _direct(name: str) -> Entry | None:
    path = Path(name)
    if (path / "card.json").is_file():
        return _folder_entry(path)
    page = name.replace("-", "_").replace(".", "_")
    if page in find.names(_BORROWED):
        return _borrowed(page)
    folders = _folders()
    return _folder_entry(folders[name]) if name in folders else None


def _by_alias(name: str, role: str | None) -> Entry | None:
    fits = [e for e in entries() if name == e.card.name or (name in e.card.aliases and (role is None or role in e.roles))]
    return fits[0] if fits else None


def _borrowed(page: str) -> Entry:
    module = find.page(_BORROWED, page)
    return Entry(module.CARD, home() / "models" / module.CARD.name, module)


def _folder_entry(path: Path) -> Entry:
    return Entry(cards.read(path / "card.json"), path)


def _folders() -> dict[str, Path]:
    """Model folders with a card of their own: shipped with aural, or added by hand."""
    borrowed = {name.replace("_", "-") for name in find.names(_BORROWED)}
    found: dict[str, Path] = {}
    for place in (Path(__file__).parent / "shipped", home() / "models"):
        if place.is_dir():
            found |= {p.name: p for p in sorted(place.iterdir()) if (p / "card.json").is_file() and p.name not in borrowed}
    return found


def _is_hub_name(name: str, role: str) -> bool:
    return name.count("/") == 1 and not name.startswith((".", "/", "~")) and not Path(name).exists()


def _hub(name: str, role: str, runtime: Runtime) -> Model:
    raise ExtraMissing(f"{name} is a model of a hub", fix='Install the extra: pip install "aural[hub]"')
