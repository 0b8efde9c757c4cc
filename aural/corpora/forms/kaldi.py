"""A Kaldi data folder: wav.scp, and segments, text, utt2spk, utt2label, spk2gender where there are any."""

from __future__ import annotations

import math
from pathlib import Path
from typing import NoReturn

from aural.corpora.forms._audio import folders, split_named
from aural.corpora.forms._relabel import relabeled
from aural.corpora.manifest import Clip
from aural.errors import CorpusError, reason


def fits(place: Path) -> bool:
    """True for a folder with a wav.scp, or with folders that are named by splits and hold one."""
    return place.is_dir() and bool(_parts(place))


def read(place: Path, label: str | None = None) -> list[Clip]:
    """One clip an utterance. Raises: CorpusError for a pipe in wav.scp, a recording that is not there, a bad line."""
    clips = [clip for split, folder in _parts(place) for clip in _utterances(folder, split)]
    return relabeled(clips, label, place)


def _parts(place: Path) -> list[tuple[str | None, Path]]:
    """The data folders with the splits that they are named by."""
    if (place / "wav.scp").is_file():
        return [(None, place)]
    return [(split, f) for f in folders(place) if (split := split_named(f.name)) and (f / "wav.scp").is_file()]


def _utterances(place: Path, split: str | None) -> list[Clip]:
    audio = {key: _place(place, key, value) for key, value in _table(place / "wav.scp").items()}
    texts, speakers, labels, genders = (_table(place / name) for name in ("text", "utt2spk", "utt2label", "spk2gender"))
    parts = {key: value.split() for key, value in _table(place / "segments").items()} or {k: [k] for k in audio}
    clips = []
    for key, part in sorted(parts.items()):
        if not part or part[0] not in audio:
            named = repr(part[0]) if part else "nothing"
            _fail(place / "segments", f"the utterance {key} names the recording {named}, which wav.scp does not have")
        start, end = _times(place, key, part)
        label, speaker = labels.get(key), speakers.get(key)
        gender = genders.get(speaker or "")
        clips.append(
            Clip(
                audio[part[0]], key, start, None if end is None else end - start, texts.get(key), label,
                (label,) if label else (), speaker=speaker, split=split, extra={"gender": gender} if gender else {},
                where=f"{place}:{key}",
            )
        )  # fmt: skip
    return clips


def _times(place: Path, key: str, part: list[str]) -> tuple[float, float | None]:
    """Start and end (s); an end of -1 is that of the recording."""
    if len(part) == 1:
        return 0.0, None
    try:
        start, end = float(part[1]), float(part[2])
    except (ValueError, IndexError):
        start, end = 0.0, 0.0
    if end == -1 and 0 <= start < math.inf:
        return start, None
    if not 0 <= start < end < math.inf:
        _fail(place / "segments", f"the utterance {key} has no times 0 <= start < end")
    return start, end


def _place(place: Path, key: str, value: str) -> Path:
    if value.endswith("|") or value == "-":
        _fail(place / "wav.scp", f"the recording {key} is made by a program, which is not run", "Write the paths of files")
    path = Path(value)
    found = next((p for p in (path, place / path, place.parent / path) if value and p.is_file()), None)
    if found is None and ".ark:" in value:
        _fail(place / "wav.scp", f"the recording {key} lies in a Kaldi archive, which is not read", "Write the paths of files")
    if found is None:
        _fail(place / "wav.scp", f"the recording {value!r} is not there", "Paths are absolute or relative to the folder")
    return found


def _table(path: Path) -> dict[str, str]:
    """key -> the rest of the line; nothing for a file that is not there."""
    if not path.is_file():
        return {}
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        _fail(path, f"this file cannot be read ({reason(error)})")
    found = {}
    for line in lines:
        cells = line.split(maxsplit=1)
        if cells:
            found[cells[0]] = cells[1].strip() if len(cells) > 1 else ""
    return found


def _fail(path: Path, what: str, fix: str = "Mend the folder with Kaldi's validate_data_dir.sh") -> NoReturn:
    raise CorpusError(what, where=str(path), fix=fix)
