"""A Kaldi data folder: wav.scp, and segments, text, utt2spk, utt2label where there are any."""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn

from aural.corpora.manifest import Clip
from aural.errors import CorpusError


def fits(place: Path) -> bool:
    """True for a folder with a wav.scp."""
    return place.is_dir() and (place / "wav.scp").is_file()


def read(place: Path) -> list[Clip]:
    """One clip an utterance. Raises: CorpusError for a pipe in wav.scp, a recording that is not there, a bad line."""
    audio = {key: _place(place, key, value) for key, value in _table(place / "wav.scp").items()}
    texts, speakers, labels = (_table(place / name) for name in ("text", "utt2spk", "utt2label"))
    parts = {key: value.split() for key, value in _table(place / "segments").items()} or {k: [k] for k in audio}
    clips = []
    for key, part in sorted(parts.items()):
        if part[0] not in audio:
            _fail(place / "segments", f"the utterance {key} names the recording {part[0]!r}, which wav.scp does not have")
        start, end = _times(place, key, part)
        label = labels.get(key)
        clips.append(
            Clip(
                audio[part[0]],
                key,
                start,
                None if end is None else end - start,
                texts.get(key),
                label,
                (label,) if label else (),
                speaker=speakers.get(key),
                where=f"{place}:{key}",
            )
        )
    return clips


def _times(place: Path, key: str, part: list[str]) -> tuple[float, float | None]:
    if len(part) == 1:
        return 0.0, None
    try:
        start, end = float(part[1]), float(part[2])
    except (ValueError, IndexError):
        start, end = 0.0, 0.0
    if not 0 <= start < end:
        _fail(place / "segments", f"the utterance {key} has no times 0 <= start < end")
    return start, end


def _place(place: Path, key: str, value: str) -> Path:
    if value.endswith("|"):
        _fail(place / "wav.scp", f"the recording {key} is made by a program, which is not run", "Write the paths of files")
    path = Path(value)
    found = next((p for p in (path, place / path, place.parent / path) if p.is_file()), None)
    if found is None:
        _fail(place / "wav.scp", f"the recording {value!r} is not there", "Paths are absolute or relative to the folder")
    return found


def _table(path: Path) -> dict[str, str]:
    """key -> the rest of the line; nothing for a file that is not there."""
    if not path.is_file():
        return {}
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        _fail(path, f"this file cannot be read ({error})")
    rows = (line.strip().partition(" ") if " " in line.strip() else line.strip().partition("\t") for line in lines if line.strip())
    return {key: rest.strip() for key, _, rest in rows}


def _fail(path: Path, what: str, fix: str = "Mend the folder with Kaldi's validate_data_dir.sh") -> NoReturn:
    raise CorpusError(what, where=str(path), fix=fix)
