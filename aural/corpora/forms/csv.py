"""A table (csv, tsv) with a column of files and one of labels, such as ESC-50's, FSDKaggle's and Common Voice's."""

from __future__ import annotations

from pathlib import Path

from aural.corpora.forms._audio import folders
from aural.corpora.forms._tables import Table, clips_of, read_table
from aural.corpora.manifest import Clip
from aural.errors import CorpusError

_ENDINGS = (".csv", ".tsv")


def fits(place: Path) -> bool:
    """True for a file that ends as tables do, and for a folder with a table of files and labels in it or in its folder meta."""
    if place.is_file():
        return place.suffix.lower() in _ENDINGS
    return place.is_dir() and bool(_tables(place))


def read(place: Path, label: str | None = None) -> list[Clip]:
    """One clip a row. Raises: CorpusError (with the line) for a table without such columns, or a file that is not there."""
    if place.is_file():
        return clips_of(read_table(place), label)
    found = _tables(place)
    if len(found) > 1:
        names = ", ".join(str(t.place.relative_to(place)) for t in found)
        raise CorpusError(f"this folder holds several tables ({names})", where=str(place), fix="Name the table that is meant")
    return clips_of(found[0], label)


def _tables(place: Path) -> list[Table]:
    """The tables in a folder (or in its folder meta, as ESC-50 has it) that name files and labels."""
    inside = [place, *(f for f in folders(place) if f.name.lower() in ("meta", "metadata"))]
    found = []
    for path in sorted(p for f in inside for p in f.iterdir() if p.suffix.lower() in _ENDINGS and p.is_file()):
        try:
            table = read_table(path)
        except CorpusError:
            continue  # a folder may hold other tables
        if table.of_sounds:
            found.append(table)
    return found
