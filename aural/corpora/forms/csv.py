"""A table (csv, tsv) with a column of files and one of labels, such as FSDKaggle's and Common Voice's."""

from __future__ import annotations

from pathlib import Path

from aural.corpora.forms._tables import read_rows
from aural.corpora.manifest import Clip


def fits(place: Path) -> bool:
    """True for a file that ends as tables do."""
    return place.is_file() and place.suffix.lower() in (".csv", ".tsv")


def read(place: Path) -> list[Clip]:
    """One clip a row. Raises: CorpusError (with the line) for a table without such columns, or a file that is not there."""
    return read_rows(place, (place.parent,))
