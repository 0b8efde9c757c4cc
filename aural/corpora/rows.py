"""Recordings with labels in whatever form they are kept: the pages of `forms/` are asked in turn."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from aural import find
from aural.corpora.forms._audio import recordings
from aural.corpora.manifest import Clip
from aural.errors import CorpusError, UsageError

# Forms with a mark of their own come before those that only look at folders.
_LAST = "label_folders"


def rows(place: Path | str, label: str | None = None) -> list[Clip]:
    """The clips of a folder or file. `label` names the key of the rows that becomes their label.

    Raises: CorpusError when no form fits (it says what lies there), or no clip is found; ManifestError; UsageError for a
    key that no row has.
    """
    place = Path(place)
    form = form_of(place)
    clips: list[Clip] = find.page("corpora/forms", form).read(place)
    if not clips:
        raise CorpusError("no recordings were found", where=str(place), fix="Put them into folders named by their labels")
    return clips if label is None or label == "label" else _relabeled(clips, label, place)


def form_of(place: Path) -> str:
    """The name of the form. Raises: CorpusError when none fits."""
    if not place.exists():
        raise CorpusError("there is no such folder or file", where=str(place), fix="Check the path")
    for name in sorted(find.names("corpora/forms"), key=lambda n: (n == _LAST, n)):
        if find.page("corpora/forms", name).fits(place):
            return name
    raise CorpusError(f"this is no set of recordings that is known here: {_lies(place)}", where=str(place), fix=_WAYS)


_WAYS = "Give folders named by labels (dogs/a.wav), a manifest (.jsonl), a Kaldi folder, an audio folder or a csv with file,label"


def _lies(place: Path) -> str:
    """What lies at a place, in a few words."""
    if place.is_file():
        return f"a file that ends in {place.suffix or 'nothing'}"
    count = sum(1 for _ in recordings(place))
    if count:
        return f"{count} recordings that lie in no folder of their own, so nothing tells their labels"
    names = sorted(p.name for p in place.iterdir())[:3]
    return f"no recordings, but {', '.join(names)}" if names else "an empty folder"


def _relabeled(clips: list[Clip], label: str, place: Path) -> list[Clip]:
    found = []
    for clip in clips:
        value = clip.value(label)
        text = None if value is None else str(value)
        found.append(dataclasses.replace(clip, label=text, labels=(text,) if text is not None else ()))
    if all(c.label is None for c in found):
        keys = sorted({key for c in clips for key in c.extra})
        raise UsageError(f"no row has {label!r}", where=str(place), fix=f"The rows have: label, speaker, {', '.join(keys)}")
    return found
