"""Recordings with labels in whatever form they are kept: the pages of `forms/` are asked in turn."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from aural import find
from aural.corpora.forms._audio import files, is_audio
from aural.corpora.manifest import Clip
from aural.errors import CorpusError, one_line

# Forms with a mark of their own come before those that only look at folders.
_LAST = ("label_files", "split_folders", "label_folders")
_NAMED_BY_FOLDERS = _LAST[1:]
_WAYS = "Give folders named by labels (dogs/a.wav), a manifest (.jsonl), a Kaldi folder, an audio folder or a csv with file,label"
_LOOKED = (
    "looked for: train.jsonl, a csv of files and labels, metadata.csv, wav.scp, Arrow or Parquet files, label files beside "
    "recordings, folders of recordings"
)


@dataclass(frozen=True)
class Found:
    """The clips of a place, the name of the form that it has, and what a user should know of how it was read."""

    clips: list[Clip]
    form: str
    remarks: tuple[str, ...] = ()


def rows(place: Path | str, label: str | None = None) -> list[Clip]:
    """The clips of a folder or file. `label` names the key of the rows that becomes their label.

    Raises: CorpusError when no form fits (it says what lies there), or no clip is found; ManifestError; UsageError for a
    key that no row has; ExtraMissing for a saved set without pyarrow.
    """
    return look(place, label).clips


def look(place: Path | str, label: str | None = None, bare: str | None = None) -> Found:
    """Like `rows`, with the form and with remarks: what was left out, and what the file names told. Raises: as `rows`.

    `bare` labels the recordings of a folder where no form tells labels; without it such a folder is refused.
    """
    place = Path(place)
    if bare is not None and (alone := _bare(place, bare)):
        one = len(alone) == 1
        return Found(alone, "bare", (f"{len(alone)} recording{'' if one else 's'} in no folder of their own: taken as {bare}",))
    form = form_of(place)
    clips: list[Clip] = find.page("corpora/forms", form).read(place, label)
    if not clips:
        raise CorpusError("no recordings were found", where=str(place), fix="Put them into folders named by their labels")
    return Found(clips, form, tuple(_remarks(place, form, clips)))


def _bare(place: Path, label: str) -> list[Clip]:
    """The recordings right in a folder that has no form; none elsewhere."""
    try:
        form_of(place)
    except CorpusError:
        found = [p for p in sorted(place.iterdir()) if is_audio(p) and p.is_file()] if place.is_dir() else []
        return [Clip(p, p.name, label=label, labels=(label,), where=str(p)) for p in found]
    return []


def form_of(place: Path) -> str:
    """The name of the form. Raises: CorpusError when none fits."""
    try:
        there = place.exists()
    except (OSError, ValueError):
        there = False
    if not there:
        raise CorpusError("there is no such folder or file", where=one_line(str(place)), fix="Check the path")
    for name in sorted(find.names("corpora/forms"), key=lambda n: (_LAST.index(n) + 1 if n in _LAST else 0, n)):
        try:
            if find.page("corpora/forms", name).fits(place):
                return name
        except OSError as error:
            raise CorpusError(f"this cannot be opened ({error.strerror or error})", where=one_line(str(place))) from None
    raise CorpusError(f"this is no set of recordings that is known here: {_lies(place)}", where=one_line(str(place)), fix=_WAYS)


def _lies(place: Path) -> str:
    """What lies at a place, in a few words, and what was looked for in it."""
    if place.is_file():
        return f"a file that ends in {place.suffix or 'nothing'}"
    names = sorted(p.name for p in place.iterdir())
    count = sum(is_audio(Path(name)) for name in names)
    if count:
        one = count == 1
        return f"{count} recording{'' if one else 's'} in no folder of {'its' if one else 'their'} own, so nothing tells the labels"
    if not names:
        return f"an empty folder ({_LOOKED})"
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return f"no recordings, but {', '.join(names[:3])}{more} ({_LOOKED})"


def _remarks(place: Path, form: str, clips: Sequence[Clip]) -> list[str]:
    """What lies in the folder and became no clip."""
    told = []
    if form in _NAMED_BY_FOLDERS:
        if all(clip.speaker for clip in clips):
            told.append("the file names tell who speaks (NAME_nohash_NUMBER)")
        if len({clip.split for clip in clips} - {None}) > 1 and form == "label_folders":
            told.append("validation_list.txt and testing_list.txt tell the splits")
    if not place.is_dir():
        return told
    heard = {os.fspath(clip.audio) for clip in clips}
    left = [path for path in files(place) if os.fspath(path) not in heard]
    hidden = sum(path.name.startswith(".") for path in left)
    lone = sum(is_audio(path) for path in left)
    others = Counter(path.suffix.lower() or "no ending" for path in left if not is_audio(path) and not path.name.startswith("."))
    if lone:
        told.append(f"{lone} recordings without a label were left out" if form in _LAST else f"{lone} recordings are in no row")
    if others and form in _NAMED_BY_FOLDERS:
        kinds = ", ".join(f"{n} {kind}" for kind, n in sorted(others.items(), key=lambda x: (-x[1], x[0]))[:4])
        told.append(f"{others.total()} files that are no recordings were passed over ({kinds})")
    if hidden:
        told.append(f"{hidden} hidden files were passed over")
    return told
