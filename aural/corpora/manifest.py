"""Manifests: one clip a line as JSON, checked when read, with file and line in every complaint."""

from __future__ import annotations

import dataclasses
import gzip
import json
import math
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

from aural.corpora import reference
from aural.errors import ManifestError, reason
from aural.files import unpacked, write_bytes
from aural.results import Event, Span, Turn
from aural.sound.inside import is_recording

# NeMo's names beside ours
_ALSO = {"audio_filepath": "audio", "offset": "start", "license": "licence"}
_TEXTS = ("text", "label", "speaker", "group", "split", "licence")
_OWN = frozenset((*_TEXTS, "audio", "start", "duration", "labels", "events", "rttm", "turns"))
OWN_KEYS = _OWN | frozenset(_ALSO)  # keys with a meaning of their own: no other value may stand under them


@dataclass(frozen=True)
class Clip:
    """One row: what is to be heard and what is known of it.

    `audio` is a whole path, `id` the path as written in the manifest (with the part, where the row names
    one); `start` and `duration` (s) bound the part, duration None = to the end. `labels` holds the label
    too. `rttm` and `turns` may be paths, `turns` also rows of {start, end, speaker, text}; times are those
    of the recording. Every other key of the row is kept in `extra`; `value` reads any of them.
    """

    audio: Path
    id: str
    start: float = 0.0
    duration: float | None = None
    text: str | None = None
    label: str | None = None
    labels: tuple[str, ...] = ()
    events: tuple[Event, ...] | None = None
    rttm: Path | None = None
    turns: Path | tuple[Mapping[str, Any], ...] | None = None
    speaker: str | None = None
    group: str | None = None
    split: str | None = None
    licence: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)
    where: str = ""

    def value(self, key: str) -> Any:
        """A field or an extra key of the row; None when the row does not have it."""
        if key == "duration":
            return self.duration
        return getattr(self, key) if key in _TEXTS else self.extra.get(key)

    def words(self) -> str | None:
        """What is said in the clip: its text, else its labels one after the other; None when the row has neither."""
        return self.text if self.text is not None else " ".join(self.labels) or None

    def known_turns(self) -> tuple[Turn, ...] | None:
        """Who speaks when, from `rttm` or `turns`, in seconds from the clip's start; None when not known."""
        if self.rttm is not None:
            found = reference.rttm(self.rttm, self.audio.stem, self.where)
        elif self.turns is not None:
            found = tuple(u.turn for u in self._utterances())
        else:
            return None
        return tuple(t for t in (self._moved(turn) for turn in found) if t is not None)

    def known_utterances(self) -> tuple[reference.Utterance, ...] | None:
        """Who says what when, from `turns` with texts, in seconds from the clip's start; None when not known."""
        if self.turns is None:
            return None
        rows = self._utterances()
        if not rows or any(u.text is None for u in rows):
            return None
        moved = ((u, self._moved(u.turn)) for u in rows)
        return tuple(dataclasses.replace(u, turn=turn) for u, turn in moved if turn is not None)

    def scored_parts(self) -> tuple[Span, ...] | None:
        """Where the reference is complete: the key `uem`, a path or [[start, end], ...]; None = everywhere."""
        given = self.extra.get("uem")
        if given is None:
            return None
        spans = reference.uem(given, self.audio.stem, self.where)
        return tuple(t for t in (self._moved(s) for s in spans) if t is not None)

    def _utterances(self) -> tuple[reference.Utterance, ...]:
        if isinstance(self.turns, Path):
            return reference.utterances(self.turns, self.where)
        return reference.utterance_rows(self.turns or (), self.where)

    def _moved(self, span: Any) -> Any:
        """A span of the recording on the clip's own clock, cut at its bounds; None outside."""
        if not self.start and self.duration is None:
            return span
        last = math.inf if self.duration is None else self.duration
        start, end = max(span.start - self.start, 0.0), min(span.end - self.start, last)
        return dataclasses.replace(span, start=start, end=end) if end > start else None


def read_manifest(path: Path | str) -> list[Clip]:
    """The clips of a manifest: JSON lines, plain or .gz, audio relative to the manifest.

    Raises: ManifestError, with file and line, for bad JSON, a row without audio, audio that is not there,
    times below 0, values of a wrong kind; and for a manifest that is missing or empty.
    """
    path = Path(path)
    clips = [clip_of(row, path, number) for number, row in _rows(path)]
    if not clips:
        raise ManifestError("this manifest has no rows", where=str(path), fix="Write one JSON object a line")
    return clips


def write_manifest(clips: Sequence[Clip], path: Path) -> None:
    """Write clips as a manifest, audio relative to it, so that `read_manifest` gives them back; packed where it ends in .gz.

    Whole or not at all. Raises: UsageError, LimitReached where it cannot be written.
    """
    data = "".join(line_of(clip, path.parent) for clip in clips).encode()
    write_bytes(path, gzip.compress(data, mtime=0) if path.suffix == ".gz" else data)


def line_of(clip: Clip, folder: Path) -> str:
    """A clip as one line of a manifest in `folder`, with its end."""
    row = _row(clip, folder)
    text = json.dumps(row, sort_keys=True, ensure_ascii=False)
    if not text.isascii() and any("\ud800" <= c <= "\udfff" for c in text):
        text = json.dumps(row, sort_keys=True)  # a file name that is no text: its bytes as escapes
    return text + "\n"


def _row(clip: Clip, folder: Path) -> dict[str, Any]:
    row: dict[str, Any] = {key: getattr(clip, key) for key in _TEXTS if getattr(clip, key) is not None}
    row |= {key: _plain(value) for key, value in clip.extra.items() if key not in OWN_KEYS}
    row["audio"] = _relative(clip.audio, folder)
    if isinstance(row.get("uem"), str):
        row["uem"] = _relative(Path(row["uem"]), folder)
    if clip.start:
        row["start"] = clip.start
    if clip.duration is not None:
        row["duration"] = clip.duration
    others = [name for name in clip.labels if name != clip.label]
    if others:
        row["labels"] = others
    if clip.events is not None:
        row["events"] = [{"start": e.start, "end": e.end, "label": e.label} for e in clip.events]
    if clip.rttm is not None:
        row["rttm"] = _relative(clip.rttm, folder)
    if clip.turns is not None:
        row["turns"] = _relative(clip.turns, folder) if isinstance(clip.turns, Path) else [dict(t) for t in clip.turns]
    return row


def _plain(value: Any) -> Any:
    """A value that JSON can hold; numbers that are none become null, other things their text."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    return [_plain(v) for v in value] if isinstance(value, list | tuple) else str(value)


def _relative(path: Path, folder: Path) -> str:
    try:
        return Path(os.path.relpath(path.resolve(), folder.resolve())).as_posix()
    except ValueError:  # another drive
        return path.resolve().as_posix()


def _rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    if path.is_dir():
        raise ManifestError("this is a folder", where=str(path), fix="Give the path of a .jsonl file")
    try:
        data = unpacked(path)
    except FileNotFoundError:
        raise ManifestError("there is no such manifest", where=str(path), fix="Give the path of a .jsonl file") from None
    except OSError as error:
        raise ManifestError(f"this manifest cannot be read ({reason(error)})", where=str(path)) from None
    for number, line in enumerate(data.split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line.decode("utf-8-sig"), parse_constant=_no_number)
        except (UnicodeDecodeError, ValueError, RecursionError) as error:
            _fail(path, number, f"this line is no JSON ({reason(error)})", "Write one JSON object a line")
        if not isinstance(row, dict):
            _fail(path, number, "this line is no JSON object", 'Write {"audio": "a.wav", "text": "..."}')
        yield number, row


def clip_of(row: Mapping[str, Any], path: Path, number: int) -> Clip:
    """The clip of a row that stands in line `number` of the manifest `path`. Raises: ManifestError."""
    row = {_ALSO.get(key, key): value for key, value in row.items()}
    audio = row.get("audio")
    if not isinstance(audio, str) or not audio:
        _fail(path, number, "this row names no audio", 'Add "audio", a path relative to the manifest')
    place = path.parent / audio
    if not is_recording(place):
        _fail(path, number, f"the recording {audio!r} is not there", "Paths are relative to the manifest")
    start = _seconds(row, "start", path, number) or 0.0
    duration = _seconds(row, "duration", path, number)
    if duration == 0:
        _fail(path, number, "duration is 0", "Leave it out to use the recording to its end")
    texts = {key: _text(row, key, path, number) for key in _TEXTS}
    if isinstance(row.get("uem"), str):
        row["uem"] = str(_place(row, "uem", path, number))
    labels = _labels(row, texts["label"], path, number)
    name = f"{audio}@{start:g}+{duration:g}" if start and duration is not None else f"{audio}@{start:g}" if start else audio
    return Clip(
        audio=place,
        id=name,
        start=start,
        duration=duration,
        labels=labels,
        events=_events(row, path, number),
        rttm=_place(row, "rttm", path, number),
        turns=_turns(row, path, number),
        extra={key: value for key, value in row.items() if key not in _OWN},
        where=f"{path}:{number}",
        **texts,
    )


def _seconds(row: Mapping[str, Any], key: str, path: Path, number: int) -> float | None:
    value = row.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        _fail(path, number, f"{key} is {value!r}", "It is a number of seconds")
    if value < 0:
        _fail(path, number, f"{key} is {value:g} s", "Times are 0 s or more")
    return float(value)


def _text(row: Mapping[str, Any], key: str, path: Path, number: int) -> str | None:
    value = row.get(key)
    if isinstance(value, int | float) and not isinstance(value, bool) and key != "text":
        return str(value)
    if value is not None and not isinstance(value, str):
        _fail(path, number, f"{key} is {value!r}", "It is a text")
    return value


def _labels(row: Mapping[str, Any], label: str | None, path: Path, number: int) -> tuple[str, ...]:
    value = row.get("labels") or []
    if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
        _fail(path, number, f"labels is {value!r}", "It is a list of texts")
    return tuple(dict.fromkeys(([label] if label else []) + value))


def _events(row: Mapping[str, Any], path: Path, number: int) -> tuple[Event, ...] | None:
    value = row.get("events")
    if value is None:
        return None
    try:
        found = tuple(Event(float(e["start"]), float(e["end"]), str(e["label"])) for e in value)
    except (TypeError, KeyError, ValueError) as error:
        _fail(path, number, f"events do not hold ({reason(error)})", 'Write [{"start": 0.5, "end": 1.2, "label": "dog"}, ...]')
    return found


def _place(row: Mapping[str, Any], key: str, path: Path, number: int) -> Path | None:
    value = row.get(key)
    if value is None:
        return None
    if not isinstance(value, str) or not (path.parent / value).is_file():
        _fail(path, number, f"the file of {key}, {value!r}, is not there", "Paths are relative to the manifest")
    return path.parent / value


def _turns(row: Mapping[str, Any], path: Path, number: int) -> Path | tuple[Mapping[str, Any], ...] | None:
    value = row.get("turns")
    if isinstance(value, list):
        reference.utterance_rows(value, f"{path}:{number}")
        return tuple(value)
    return _place(row, "turns", path, number)


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number in JSON")


def _fail(path: Path, number: int, what: str, fix: str) -> NoReturn:
    raise ManifestError(what, where=f"{os.fspath(path)}:{number}", fix=fix)
