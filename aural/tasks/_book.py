"""Names for the speakers of a recording, suggested by the voice book."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np

from aural.errors import ModelRefused
from aural.results import Speaker
from aural.stores.speakers import Book, default_place

# Cosine of a speaker's vectors of about 1 s to an enrolled voice; short vectors are less alike than whole recordings.
SUGGESTED = 0.5


def named(speakers: tuple[Speaker, ...], centers: np.ndarray, model: str, path: Path | str | None = None) -> tuple[Speaker, ...]:
    """The speakers with the names whose voices are most like theirs, above the threshold, each name once.

    A book of another model is passed over here; `identify` says so.
    """
    place = path or default_place()
    if isinstance(place, Path) and not place.exists():
        return speakers
    with Book(place) as book:
        try:
            known = book.voices(model)
        except ModelRefused:
            return speakers
    if not known:
        return speakers
    names = list(known)
    near = centers @ np.stack([known[n] for n in names]).T
    out = list(speakers)
    for flat in np.argsort(-near, axis=None, kind="stable").tolist():
        i, j = divmod(flat, len(names))
        if near[i, j] < SUGGESTED:
            break
        if out[i].name is None and all(s.name != names[j] for s in out):
            out[i] = dataclasses.replace(out[i], name=names[j], score=round(float(near[i, j]), 4))
    return tuple(out)
