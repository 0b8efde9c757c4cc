"""Models on this machine: found by name, fetched, checked, added, removed."""

from __future__ import annotations

import dataclasses
import re
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aural import archives, files, find
from aural.archives import Archive, Joined, Member, Place
from aural.errors import AuralError, ExtraMissing, ModelMissing, ModelRefused, UsageError
from aural.models import card as cards
from aural.models import refuse
from aural.models.card import Card
from aural.models.face import Model, Synthesizer
from aural.models.programs import Program
from aural.models.runtime import Runtime
from aural.models.together import Together, card_of
from aural.progress import Progress, Quiet
from aural.settings import home, offline

_SHIPPED = Path(__file__).parent / "shipped"
_TELLING = ("marked",)  # kinds of recognizers in folders that tell the language, too
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


@dataclass(frozen=True)
class Entry:
    """One model that the store knows: `page` for a borrowed one, else a folder with a card of its own."""

    card: Card
    folder: Path
    page: Any = None

    @property
    def roles(self) -> tuple[str, ...]:
        """All roles that the opened model fills, the card's first."""
        tells = self.page is None and self.card.kind in _TELLING and len(self.card.languages) > 1
        return (self.card.role, *getattr(self.page, "ALSO", ()), *(("language",) if tells else ()))

    @property
    def program(self) -> Program | None:
        """The program of this machine that a borrowed model runs, where it is no set of files."""
        found: Program | None = getattr(self.page, "PROGRAM", None)
        return found

    @property
    def places(self) -> tuple[Place, ...]:
        """Where each file of a borrowed model belongs."""
        return tuple(Place(wanted, self.folder) for wanted in self.page.FILES) if self.page is not None else ()

    @property
    def later(self) -> tuple[Place, ...]:
        """Files that a borrowed model brings when it is asked for what they hold; `fetch` brings them with the others."""
        return tuple(Place(wanted, self.folder) for wanted in getattr(self.page, "LATER", ()))

    @property
    def everything(self) -> tuple[Place, ...]:
        """All files that a borrowed model may bring, now or later."""
        return (*self.places, *self.later)

    @property
    def hashes(self) -> dict[str, str]:
        """file name -> sha256 of all its files, of those that may come later the ones that are here."""
        there = (*self.places, *(p for p in self.later if p.path.exists()))
        return {p.wanted.name: p.wanted.sha256 for p in there} or dict(self.card.files)

    @property
    def size(self) -> int:
        """Bytes on disk, now or once fetched."""
        if self.page is not None:
            return sum(place.wanted.size for place in self.places)
        return sum(p.stat().st_size for p in self.folder.rglob("*") if p.is_file())

    @property
    def carriers(self) -> tuple[Archive, ...]:
        """The archives that its files come out of."""
        found: dict[Archive, None] = {}
        for place in self.everything:
            source = place.wanted.sources[0]
            parts = source.parts if isinstance(source, Joined) else (source,)
            found |= {part.archive: None for part in parts if isinstance(part, Member)}
        return tuple(found)

    @property
    def outdated(self) -> tuple[Place, ...]:
        """Files here that were fetched for an earlier version of the page and have other bytes by now."""
        try:
            written = cards.read(self.folder / "card.json").files
        except ModelRefused:
            return ()
        return tuple(p for p in self.places if written.get(p.wanted.name, p.wanted.sha256) != p.wanted.sha256)

    @property
    def state(self) -> str:
        """ "here", "not fetched", "not installed" (a program), "damaged" (files missing or of the wrong length), "added",
        "shipped"."""
        if self.program is not None and self.program.path() is None:
            return "not installed"
        if self.page is not None:
            if all(place.filled for place in self.places):
                return "not fetched" if self.outdated else "here"
            return "damaged" if any(place.path.exists() and not place.filled for place in self.places) else "not fetched"
        if not all((self.folder / name).is_file() for name in self.card.files):
            return "damaged"
        return "shipped" if self.folder.parent == _SHIPPED else "added"

    @property
    def absent(self) -> bool:
        """True when it would have to be fetched or installed first."""
        return self.state in ("not fetched", "not installed")


def open_model(name: str, role: str, runtime: Runtime | None = None, progress: Progress | None = None) -> Model:
    """Open the model `name` for `role`, fetched first when it is not here.

    `name` is a card's name, an alias within the role, a page name, a model folder, org/name of a hub, or several of
    these with commas between: their answers are averaged.
    Raises: ModelMissing (unknown, or nowhere to be had), ModelRefused, UsageError (a model of another role).
    """
    runtime, progress = runtime or Runtime(), progress or Quiet()
    if several := several_of(name):
        return Together([open_model(one, role, runtime, progress) for one in several])
    if is_hub_name(name):
        model: Model = _hub(name).open(name, role, runtime, progress)
        return model
    entry = entry_of(name, role)
    _ensure(entry, progress)
    if entry.page is not None:
        opened: Model = entry.page.open(entry.folder, runtime)
        if isinstance(opened, Synthesizer):
            opened.progress = progress
        return opened
    if entry.folder.parent not in (_SHIPPED, home() / "models"):
        _check(entry)
    return open_folder(entry.folder, entry.card, runtime)


def open_folder(folder: Path, card: Card, runtime: Runtime) -> Model:
    """Open a model folder whose files are known to be right. Raises: ModelRefused for a kind that nothing here runs."""
    _check_kind(folder, card)
    run: Model = find.page("models/engines", card.kind).open(folder, card, runtime)
    return run


def _check_kind(folder: Path, card: Card) -> None:
    kinds = find.names("models/engines")
    if card.kind not in kinds:
        what = f"no engine of this version runs a model of the kind {card.kind!r:.60}"
        raise ModelRefused(what, where=str(folder), fix=f"Known kinds: {', '.join(kinds) or 'none'}")


def several_of(name: str) -> tuple[str, ...]:
    """The names in a name with commas; none for that of one model."""
    parts = tuple(part.strip() for part in name.split(","))
    return parts if len(parts) > 1 and all(parts) and not Path(name).expanduser().exists() else ()


def ensure(name: str, role: str | None = None, progress: Progress | None = None) -> Path:
    """The folder of a model whose files are all here, fetched now where they are not; of several that of the first."""
    if several := several_of(name):
        folders = [ensure(one, role, progress) for one in several]
        return folders[0]
    if is_hub_name(name):
        return Path(_hub(name).fetch(name, progress or Quiet()))
    entry = entry_of(name, role)
    _ensure(entry, progress or Quiet())
    return entry.folder


def fetch(name: str, role: str | None = None, progress: Progress | None = None) -> Path:
    """As `ensure`, but files that lie here are hashed first, and damaged ones fetched again."""
    if is_hub_name(name):
        return ensure(name, role, progress)
    entry = entry_of(name, role)
    for place in entry.everything:
        if place.path.exists() and (not place.filled or files.sha256_of(place.path) != place.wanted.sha256):
            place.path.unlink()
    _ensure(entry, progress or Quiet())
    archives.get(entry.later, progress=progress, stage=f"fetch {entry.card.name}")
    return entry.folder


def is_here(name: str, role: str | None = None) -> bool:
    """True when all files of the model lie on this machine."""
    try:
        if several := several_of(name):
            return all(is_here(one, role) for one in several)
        if is_hub_name(name):
            return bool(_hub(name).is_here(name))
        return entry_of(name, role).state in ("here", "added", "shipped")
    except AuralError:
        return False


def names() -> tuple[str, ...]:
    """Names of all models: borrowed, added by hand and shipped."""
    return tuple(entry.card.name for entry in entries())


def entries() -> list[Entry]:
    """All models the store knows, sorted by name. Folders whose card cannot be read are left out."""
    found: dict[str, Entry] = {}
    for path in _folders():
        try:
            entry = _in_folder(path)
        except ModelRefused:
            continue
        if entry.card.kind != "borrowed":
            found[entry.card.name] = entry
    for page in find.names("models/borrowed"):
        entry = _borrowed(page)
        found[entry.card.name] = entry
    return [found[name] for name in sorted(found)]


def unreadable() -> list[tuple[Path, str]]:
    """Folders in the store whose card cannot be read, and why."""
    found = []
    for path in _folders():
        try:
            cards.read(path / "card.json")
        except ModelRefused as error:
            found.append((path, error.what))
    return found


def entry_of(name: str, role: str | None = None) -> Entry:
    """The model behind a name. Raises: ModelMissing with the nearest name, ModelRefused, UsageError (another role)."""
    if several := several_of(name):
        found = [entry_of(one, role) for one in several]
        return Entry(card_of([e.card for e in found], (1.0,) * len(found)), found[0].folder)
    entry = _by_path(name) if "/" in name or "\\" in name else _by_page(name) or _by_name(name, role) or _by_path(name)
    if entry is None:
        known = sorted({n for e in entries() if role in (None, *e.roles) for n in (e.card.name, *e.card.aliases)})
        near = find.nearest(name, known)
        hint = f"Did you mean {near!r}? " if near else ""
        raise ModelMissing(f"there is no model {name!r}", fix=f"{hint}`aural models` lists what there is")
    if role is not None and role not in entry.roles:
        fits = ", ".join(e.card.name for e in entries() if role in e.roles)
        fix = f"Models for it: {fits}" if fits else "`aural models` lists what there is"
        raise UsageError(f"{entry.card.name} is a model for {entry.card.role!r}, not for {role!r}", fix=fix)
    return entry


def where(name: str | None = None) -> Path:
    """The folder of a model, or the one that holds them all."""
    return home() / "models" if name is None else entry_of(name).folder


def verify(name: str) -> list[tuple[str, str]]:
    """Hash every file of a model: (file, "ok" | "missing" | "damaged"). Raises: ModelRefused for a pickle or code."""
    entry = entry_of(name)
    found = []
    for file, sha256 in sorted(entry.hashes.items()):
        path = entry.folder / file
        state = "missing" if not path.is_file() else "ok" if files.sha256_of(path) == sha256 else "damaged"
        found.append((file, state))
    if entry.page is None:
        refuse.check_folder(entry.folder, entry.card.files)
    return found


def add(folder: Path) -> Card:
    """Copy a model folder (card.json and data files) into the store.

    Raises: ModelRefused (no card, a kind that nothing runs, a pickle, code, wrong sha256), UsageError (the name is taken).
    """
    folder = Path(folder)
    if not (folder / "card.json").is_file():
        raise ModelRefused("this is no model folder: there is no card.json in it", where=str(folder))
    entry = _in_folder(folder)
    name = entry.card.name
    if not _NAME.fullmatch(name):
        raise ModelRefused(f"{name!r} is no name for a model", where=str(folder), fix="Use small letters, digits, dots and dashes")
    if name in names() or name.replace("-", "_") in find.names("models/borrowed") or (home() / "models" / name).exists():
        raise UsageError(f"there is a model {name!r} already", fix=f"Remove it first: aural models remove {name}")
    _check_kind(folder, entry.card)
    _check(entry)
    target = home() / "models" / name
    part = target.with_name(f".{name}.part")
    shutil.rmtree(part, ignore_errors=True)
    try:
        shutil.copytree(folder, part)
        lying = {p.relative_to(part).as_posix(): p for p in part.rglob("*") if p.is_file() and p != part / "card.json"}
        kept = dataclasses.replace(entry.card, files={n: files.sha256_of(p) for n, p in sorted(lying.items())})
        cards.write(kept, part / "card.json")
        part.rename(target)
    except (OSError, shutil.Error) as error:
        raise files.disk_error(error, target) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return kept


def remove(name: str) -> int:
    """Remove a model's files, and the graphs derived from them; gives the bytes freed. Raises: ModelMissing, UsageError."""
    entry = entry_of(name)
    if entry.folder.parent != home() / "models":
        fix = "Only what was fetched or added is removed"
        raise UsageError(f"{entry.card.name} does not lie in the store", where=str(entry.folder), fix=fix)
    if not entry.folder.is_dir():
        raise ModelMissing(f"{entry.card.name} is not on this machine")
    derived = home() / "derived"
    doomed = [entry.folder, *(p for sha in entry.hashes.values() for p in derived.glob(f"{sha}-*"))]
    freed = sum(p.stat().st_size for place in doomed for p in place.rglob("*") if p.is_file())
    for place in doomed:
        try:
            shutil.rmtree(place)
        except OSError as error:
            raise files.disk_error(error, place) from error
    return freed


def is_hub_name(name: str) -> bool:
    """True for org/name or org/name@revision of a hub, and for a folder in its layout (config.json, no card.json)."""
    path = Path(name).expanduser()
    if path.is_dir():
        return (path / "config.json").is_file() and not (path / "card.json").is_file()
    return re.fullmatch(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*(@[\w./-]+)?", name) is not None and not path.exists()


def _ensure(entry: Entry, progress: Progress) -> None:
    if entry.page is None or entry.state == "here":
        return
    if entry.program is not None:
        entry.program.found()
    for place in entry.outdated:
        place.path.unlink(missing_ok=True)
    name = entry.card.name
    others = [place for e in entries() if e.page is not None and e.card.name != name for place in e.places]
    try:
        archives.get(entry.places, progress=progress, stage=f"fetch {name}", others=others)
    except ModelMissing as error:
        why = "and AURAL_OFFLINE is set" if offline() else f"and cannot be fetched: {error.what}"
        fix = f"When there is a network: aural models fetch {name}. {error.fix}" if offline() else error.fix
        raise ModelMissing(f"the model {name} is not on this machine {why}", fix=fix) from error
    for one in (entry, *(e for e in entries() if e.page is not None)):
        whole = bool(one.places) and all(place.filled for place in one.places)
        if whole and (one is entry or not (one.folder / "card.json").is_file()):
            cards.write(dataclasses.replace(one.card, files=one.hashes), one.folder / "card.json")


def _check(entry: Entry) -> None:
    """Raises: ModelRefused unless the folder holds data only, and each declared file is what the card says."""
    refuse.check_folder(entry.folder, entry.card.files)
    for file, sha256 in entry.card.files.items():
        path = entry.folder / file
        if not path.is_file():
            raise ModelRefused(f"{file} is missing", where=str(entry.folder))
        if files.sha256_of(path) != sha256:
            raise ModelRefused(f"{file} is not what the card promises (sha256 differs)", where=str(entry.folder))


def _by_path(name: str) -> Entry | None:
    path = Path(name).expanduser()
    if (path / "model" / "card.json").is_file():
        path = path / "model"  # the run folder of a training
    if (path / "card.json").is_file():
        return _in_folder(path)
    if path.is_file():
        refuse.check_name(path.name)
        raise ModelRefused("a model is a folder with a card.json, not a single file", where=name)
    if (path / "checkpoints").is_dir() or (path / "train.jsonl").is_file():
        fix = "The same `aural train` line with --resume goes on with it"
        raise ModelMissing("the training in this folder has left no model yet", where=name, fix=fix)
    if "/" not in name and "\\" not in name:
        return None
    fix = "Check the path; `aural models` lists what there is by name"
    if path.is_dir():
        raise ModelRefused("this is no model folder: there is no card.json in it", where=name, fix=fix)
    raise ModelMissing("there is no such model folder", where=name, fix=fix)


def _by_page(name: str) -> Entry | None:
    page = name.replace("-", "_").replace(".", "_")
    return _borrowed(page) if page in find.names("models/borrowed") else None


def _by_name(name: str, role: str | None) -> Entry | None:
    known = entries()
    exact = (e for e in known if e.card.name == name)
    alias = (e for e in known if name in e.card.aliases and (role is None or role in e.roles))
    return next(exact, None) or next(alias, None)


def _borrowed(page: str) -> Entry:
    module = find.page("models/borrowed", page)
    return Entry(module.CARD, home() / "models" / module.CARD.name, module)


def shipped(name: str) -> Path:
    """The folder of a model that comes with aural."""
    return _SHIPPED / name


def _in_folder(path: Path) -> Entry:
    return Entry(cards.read(path / "card.json"), path)


def _folders() -> Iterable[Path]:
    """Folders with a card: shipped with aural, fetched, or added by hand."""
    for place in (_SHIPPED, home() / "models"):
        if place.is_dir():
            yield from (p for p in sorted(place.iterdir()) if not p.name.startswith(".") and (p / "card.json").is_file())


def _hub(name: str) -> Any:
    """The page that loads models of a hub: `open(name, role, runtime, progress)`, `fetch(name, progress)`, `is_here(name)`."""
    if "hub" not in find.names("models"):
        raise ExtraMissing(f"{name} is a model of a hub", fix='Install the extra: pip install "aural[hub]"')
    return find.page("models", "hub")
