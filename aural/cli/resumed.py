"""Speech in the making, kept on disk sentence by sentence, so that a run that was stopped goes on where it was."""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, final

import numpy as np

from aural.errors import AuralError
from aural.files import disk_error, locked
from aural.results import Segment, Word
from aural.settings import home

if TYPE_CHECKING:
    from aural.tasks._speaking import Piece

OLDEST = 14 * 86400.0  # s after which what nobody came back for is removed
_BLOCK = 1 << 19  # samples
_FULL = 32768


@final
class Work:
    """Samples in 16 bits and one line for each sentence, in a folder named by what is said and how.

    `done` sentences and `length` samples are there already. The lock is held while it is open.
    """

    def __init__(self, key: Mapping[str, Any]) -> None:
        name = hashlib.sha256(json.dumps(key, sort_keys=True).encode()).hexdigest()[:24]
        self.folder = home() / "speaking" / name
        self._samples, self._lines = self.folder / "samples.s16", self.folder / "sentences.jsonl"
        self._stack = contextlib.ExitStack()
        self.done, self.length, self.end = 0, 0, 0
        self.dropped: list[str] = []
        self.remarks: list[str] = []

    def __enter__(self) -> Work:
        try:
            self.folder.parent.mkdir(parents=True, exist_ok=True)
            _forget_old(self.folder)
            self._stack.enter_context(locked(self.folder.with_suffix(".lock")))
            self.folder.mkdir(exist_ok=True)  # who said the same before us removes it as it ends
            self._mend()
        except OSError as error:
            self._stack.close()
            raise disk_error(error, self.folder, "AURAL_HOME names another folder") from error
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stack.__exit__(kind, error, trace)

    def append(self, piece: Piece) -> None:
        """Keep one more sentence; the line comes after the samples, so that what is told is there."""
        data = np.clip(np.rint(piece.samples * np.float32(_FULL)), -_FULL, _FULL - 1).astype("<i2").tobytes()
        line = {"samples": len(piece.samples), "end": piece.end, "dropped": piece.dropped, "remark": piece.remark}
        line["segment"] = _plain(piece.segment)
        try:
            with open(self._samples, "ab") as out:
                out.write(data)
            with open(self._lines, "a", encoding="utf-8") as out:
                out.write(json.dumps(line, ensure_ascii=False) + "\n")
        except OSError as error:
            raise disk_error(error, self.folder, "AURAL_HOME names another folder") from error
        self._count(line)

    def blocks(self) -> Iterator[np.ndarray]:
        """All samples, float32 [1, t]."""
        with open(self._samples, "rb") as file:
            while data := file.read(2 * _BLOCK):
                yield (np.frombuffer(data, "<i2").astype(np.float32) / np.float32(_FULL))[None]

    def segments(self, sample_rate: int) -> Iterator[tuple[Segment, float]]:
        """Each sentence, timed from its own start, and where it starts (s)."""
        at = 0
        for line in self._told():
            if line["segment"] is not None:
                yield _segment(line["segment"]), at / sample_rate
            at += line["samples"]

    def remove(self) -> None:
        """All is written elsewhere: nothing stays."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _told(self) -> Iterator[dict[str, Any]]:
        if not self._lines.is_file():
            return
        with open(self._lines, "rb") as file:
            for line in file:
                try:
                    yield json.loads(line)
                except ValueError:  # a kill or a full disk in the middle of a line, or of a letter
                    return

    def _mend(self) -> None:
        """Leave only sentences whose samples are whole."""
        size = self._samples.stat().st_size // 2 if self._samples.is_file() else 0
        whole = []
        for line in self._told():
            if self.length + line["samples"] > size:
                break
            whole.append(line)
            self._count(line)
        if self._samples.is_file():
            with open(self._samples, "r+b") as file:
                file.truncate(2 * self.length)
        self._samples.touch()
        self._lines.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in whole), encoding="utf-8")

    def _count(self, line: Mapping[str, Any]) -> None:
        self.done, self.length, self.end = self.done + 1, self.length + line["samples"], line["end"]
        self.dropped += line["dropped"]
        self.remarks += [line["remark"]] if line["remark"] else []


def _plain(segment: Segment | None) -> dict[str, Any] | None:
    if segment is None:
        return None
    words = [[w.start, w.end, w.text, w.spoken, w.timed] for w in segment.words or ()]
    return {"text": segment.text, "words": words}


def _segment(plain: Mapping[str, Any]) -> Segment:
    words = tuple(Word(a, b, text, spoken=spoken, timed=timed) for a, b, text, spoken, timed in plain["words"])
    return Segment(words[0].start, max(w.end for w in words), plain["text"], words=words)


def _forget_old(own: Path) -> None:
    """Remove what was left by runs that nobody went on with."""
    for path in sorted(own.parent.iterdir()):
        with contextlib.suppress(OSError, AuralError):  # another process may remove the same, and what stays does no harm
            if path.stem != own.name and time.time() - path.stat().st_mtime > OLDEST:
                _forget(path)


def _forget(path: Path) -> None:
    """Remove the folder of a run, unless somebody works in it by now; or a lock that nobody holds."""
    if not path.is_dir():
        with locked(path, timeout=0):  # it is gone when this ends
            return
    with locked(path.with_suffix(".lock"), timeout=0):
        if time.time() - path.stat().st_mtime > OLDEST:
            shutil.rmtree(path, ignore_errors=True)
