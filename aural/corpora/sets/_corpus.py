"""What every page of a known corpus says of it, and how its unpacked folder is listed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aural.corpora.manifest import Clip
from aural.errors import CorpusError
from aural.files import sha256_of


@dataclass(frozen=True)
class Archive:
    """A tar file of a corpus: where it lies, its bytes, and its sha256 ("" where nobody has published one)."""

    url: str
    size: int
    sha256: str = ""


@dataclass(frozen=True)
class Corpus:
    """A corpus that anybody can fetch. A page holds it as `CORPUS`, beside `rows(folder)`.

    `source` is the public repository or page, `commit` the state that the page was written for, or `archives` the files to
    fetch; `path` the part that is needed; `sha256` maps files of the unpacked folder to their sum: one that
    differs stops, for the rule of what is kept back may not hold for another state. `held_out` says
    which recordings `rows` leaves out, so that they can score what was trained on the others.
    `ship` is False where nothing trained on it should be passed on; `told_by` names who states the licence.
    """

    name: str
    about: str
    licence: str
    told_by: str
    source: str
    commit: str
    path: str
    held_out: str
    ship: bool
    sha256: Mapping[str, str] = field(default_factory=dict)
    archives: tuple[Archive, ...] = ()

    @property
    def urls(self) -> tuple[str, ...]:
        """Addresses to fetch it from: its archives, the archive of the very commit, or the source itself."""
        if self.archives:
            return tuple(a.url for a in self.archives)
        if self.source.startswith("https://github.com/") and self.commit:
            return (f"{self.source}/archive/{self.commit}.tar.gz",)
        return (self.source,)


def listing(corpus: Corpus, folder: Path | str, *endings: str) -> list[Path]:
    """Sorted files with these endings anywhere under an unpacked corpus, its checked files compared.

    Raises: CorpusError when there is no such folder, no such file, or a checked file is not the known one.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise CorpusError(f"{folder} is no folder", where=corpus.name, fix=f"Unpack {corpus.urls[0]} and name the folder")
    for name, known in corpus.sha256.items():
        path = folder / name
        if path.is_file() and sha256_of(path) != known:
            raise CorpusError(
                f"{name} is not the file of the known state of {corpus.name}",
                where=str(path),
                fix=f"Take the state {corpus.commit[:12]}: {corpus.urls[0]}",
            )
    found = sorted(p for p in folder.rglob("*") if p.suffix.lower() in endings and p.is_file())
    if not found:
        raise CorpusError(
            f"there is no {' or '.join(endings)} file in this folder",
            where=str(folder),
            fix=f"Unpack {corpus.path or 'all'} of {corpus.urls[0]} there",
        )
    return found


def clip(corpus: Corpus, folder: Path | str, path: Path, known: Mapping[str, Any]) -> Clip:
    """The row of one file; `known` are fields of `Clip`, everything else goes to its `extra`."""
    fields = {k: v for k, v in known.items() if k in Clip.__dataclass_fields__}
    extra = {k: v for k, v in known.items() if k not in fields}
    label = fields.get("label")
    fields.setdefault("labels", (label,) if label else ())
    fields.setdefault("licence", corpus.licence)
    fields.setdefault("split", "train")
    name = path.relative_to(folder).as_posix()
    return Clip(audio=path, id=name, where=f"{corpus.name}:{name}", extra={**extra, "ship": corpus.ship}, **fields)


def some(corpus: Corpus, folder: Path | str, rows: list[Clip]) -> list[Clip]:
    """The rows again. Raises: CorpusError when nothing of the folder may be used."""
    if not rows:
        raise CorpusError(
            "no file of this folder is one of the corpus that may be used",
            where=f"{corpus.name}: {folder}",
            fix=f"Names must be those of {corpus.source}; kept back: {corpus.held_out}",
        )
    return rows
