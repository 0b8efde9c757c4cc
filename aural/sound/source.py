"""A recording that can be opened again and again and read in blocks; memory never holds a whole one."""

from __future__ import annotations

import contextlib
import copy
import hashlib
import io
import os
import shutil
import stat
import sys
import tempfile
import threading
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, final

import numpy as np
from numpy.typing import NDArray

from aural import find
from aural.errors import EmptySound, LimitReached, NotASound, UnreadableSound, UsageError, reason
from aural.files import disk_error
from aural.results import Recording
from aural.sound.blocks import between, blocks_of, one_channel
from aural.sound.containers import other_kind
from aural.sound.decode import Decoder, Encoding
from aural.sound.inside import Inside, Stretch, inside
from aural.sound.resample import Resampler
from aural.sound.sound import Sound

Samples = NDArray[np.float32]
_BLOCK = 1 << 20
_PATIENCE = 30.0  # seconds to wait for somebody to write into a named pipe
_SPARE = 256 << 20  # bytes of disk that a pipe leaves free
_PIECE = 1 << 18  # samples of an array handed on at once
_FASTEST = 10**9  # Hz
_LATEST = 1e9  # s: no recording lasts thirty years


@final
class Source:
    """A recording behind a path, bytes, a file object, "-" (standard input), a Sound or (samples, rate).

    What can be read only once (a pipe) is spooled once, as its bytes are, to a temporary file that
    goes when the source is closed or the program ends. `name` overrules the shown name. A source
    of a path is checked at once. Raises: UnreadableSound (missing, a folder, a device, no permission).
    """

    def __init__(self, x: Any, name: str | None = None) -> None:
        self._lock = threading.RLock()
        self._spooled: weakref.finalize | None = None
        self._path: Path | None = None
        self._inside: Inside | None = None
        self._data: bytes | None = None
        self._file: Any = None
        self._pipe: Any = None
        self._array: Samples | None = None
        self._rate = 0
        self._hash: str | None = None
        self._encoding: Encoding | None = None
        self._length: tuple[int, int, int] | None = None
        self._notes: tuple[str, ...] = ()
        self._only: int | None = None
        found = self._take(x)
        self.name = name or found
        self.where = shown(self._path) if self._path is not None else self.name

    @classmethod
    def of(cls, x: Any) -> Source:
        """`x` itself when it is a source already, else a source of it."""
        return x if isinstance(x, Source) else cls(x)

    @classmethod
    def from_samples(cls, samples: Any, sample_rate: int, name: str = "samples") -> Source:
        """A source over an array [C, T] or [T] at `sample_rate` Hz."""
        return cls((samples, sample_rate), name)

    def channel(self, number: int) -> Source:
        """One channel (0-based) as a source of its own. Raises: UsageError when there is none of that number."""
        _numbers(channel=number)
        count = self.encoding.channels
        if not 0 <= number < count:
            raise UsageError(f"there is no channel {number}", where=self.where,
                             fix=f"This recording has {count} channel(s), counted from 0")  # fmt: skip
        view = copy.copy(self)
        view._only = number
        return view

    def __enter__(self) -> Source:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of a temporary file. The source's owner closes file objects."""
        if self._spooled is not None:
            self._spooled()

    def __repr__(self) -> str:
        return f"Source({self.name!r})"

    @property
    def path(self) -> Path | None:
        """The file on disk, None for what came from elsewhere."""
        return self._path if self._pipe is None else None

    @property
    def notes(self) -> tuple[str, ...]:
        """What was odd in the last whole pass, as short sentences (damaged packets, samples that are no numbers)."""
        return self._notes

    @property
    def encoding(self) -> Encoding:
        """Container, codec, rate, channels and the length that the header promises."""
        if self._encoding is None:
            if self._array is not None:
                count, length = self._array.shape
                self._encoding = Encoding("array", "float32", self._rate, count, 32, length / self._rate)
            else:
                with self._opened() as file, Decoder(file, self.where) as decoder:
                    self._encoding = decoder.encoding
        return self._encoding

    @property
    def recording(self) -> Recording:
        """Name, exact duration (s), rate, channels and sha256; reads through once where no pass did before."""
        if self._length is None:
            for _ in self._pieces():
                pass
        assert self._length is not None
        samples, rate, channels = self._length
        heard = channels if self._only is None else 1
        return Recording(self.name, samples / rate, rate, heard, self._sha256())

    def blocks(self, seconds: float = 30.0, rate: int | None = 16000, mono: bool = True, start: float = 0.0,
               end: float | None = None, *, channel: int | None = None) -> Iterator[Sound]:  # fmt: skip
        """Consecutive blocks of `seconds` (the last may be shorter), in exact sequence.

        `rate` (Hz; None = as stored); `mono` = mean of the channels, False = all; `channel` = only
        that one (0-based). `start` and `end` (s) bound the part that is read. Raises: NotASound,
        DamagedSound, EmptySound (also when nothing lies between start and end), UnreadableSound.
        """
        _numbers(seconds=seconds, start=start, end=end, rate=rate, channel=channel)
        if not seconds > 0:
            raise UsageError(f"a block lasts more than 0 s, not {seconds:g}")
        if rate is not None and not 1 <= rate <= _FASTEST:
            raise UsageError(f"a rate lies between 1 and {_FASTEST} Hz, not {rate}")
        if not 0 <= start < _LATEST or (end is not None and not end > start):
            raise UsageError(f"{start:g} to {end if end is None else format(end, 'g')} s is no part of a recording",
                             where=self.where, fix="Give 0 <= start < end")  # fmt: skip
        stored = self.encoding
        channel = self._only if channel is None else channel
        if channel is not None and not 0 <= channel < stored.channels:
            raise UsageError(f"there is no channel {channel}", where=self.where,
                             fix=f"This recording has {stored.channels} channel(s), counted from 0")  # fmt: skip
        return self._cut(seconds, rate or stored.sample_rate, mono, channel, (start, end))

    def load(self, *, rate: int | None = None, mono: bool = False, start: float = 0.0, end: float | None = None) -> Sound:
        """All of it, or the part from `start` to `end` (s), in memory."""
        try:
            parts = list(self.blocks(60.0, rate, mono, start, end))
            samples = parts[0].samples if len(parts) == 1 else np.concatenate([p.samples for p in parts], axis=1)
        except MemoryError:
            raise LimitReached("this recording does not fit in memory", where=self.where, fix="Read it in blocks") from None
        return Sound(samples, parts[0].sample_rate, parts[0].start)

    def _cut(self, seconds: float, rate: int, mono: bool, channel: int | None, part: tuple[float, float | None]) -> Iterator[Sound]:
        stored = self.encoding
        first = round(part[0] * stored.sample_rate)
        last = None if part[1] is None or part[1] > _LATEST else round(part[1] * stored.sample_rate)
        pieces = self._pieces(first) if last is None else between(self._pieces(first), 0, last - first)
        narrowed = (one_channel(p, channel) for p in pieces) if mono or channel is not None else pieces
        size = max(1, round(min(seconds, _LATEST) * rate))
        at = 0
        for samples in blocks_of(_moved(narrowed, stored.sample_rate, rate), size):
            yield Sound(samples, rate, first / stored.sample_rate + at / rate)
            at += samples.shape[1]
        if not at:
            raise EmptySound(f"nothing lies behind {part[0]:g} s", where=self.where, fix="Choose an earlier start")

    def _pieces(self, first: int = 0) -> Iterator[Samples]:
        """The samples from `first` on at the stored rate, [C, t]; a pass from 0 to the end leaves the exact length behind."""
        if self._array is not None:
            for at in range(first, self._array.shape[1], _PIECE):
                yield self._array[:, at : at + _PIECE]
            self._length = (self._array.shape[1], self._rate, self._array.shape[0])
            return
        with self._opened() as file, Decoder(file, self.where) as decoder:
            self._encoding, count = decoder.encoding, 0
            for samples in decoder.pieces(first):
                count += samples.shape[1]
                yield samples
            if first:
                return
            self._notes = tuple(decoder.notes)
            self._length = (count, decoder.encoding.sample_rate, decoder.encoding.channels)

    def _sha256(self) -> str:
        if self._hash is None:
            digest = hashlib.sha256()
            if self._array is not None:
                digest.update(np.ascontiguousarray(self._array).data)
            else:
                with self._opened() as file:
                    while block := file.read(_BLOCK):
                        digest.update(block)
            self._hash = digest.hexdigest()
        return self._hash

    def _take(self, x: Any) -> str:
        """Find out what `x` is; gives the name to show."""
        if isinstance(x, Sound):
            self._array, self._rate = x.samples, x.sample_rate
            return "sound"
        if isinstance(x, tuple):
            if len(x) != 2:
                raise UsageError(f"samples come as (array, rate), not as {len(x)} things")
            given = Sound(*x)
            self._array, self._rate = given.samples, given.sample_rate
            return "samples"
        if isinstance(x, bytes | bytearray | memoryview):
            self._data = bytes(x)
            return "bytes"
        if isinstance(x, str) and x == "-":
            return self._take_stdin()
        if isinstance(x, str | os.PathLike):
            if not os.fspath(x):
                raise UnreadableSound("the path is empty", fix="Name a recording")
            return self._take_path(Path(os.fsdecode(x)))
        if callable(getattr(x, "read", None)):
            return self._take_file(x)
        raise UsageError(
            f"this is no recording but of type {type(x).__name__}",
            fix="Give a path, bytes, a file, '-', a Sound or (samples, rate)",
        )

    def _take_stdin(self) -> str:
        if sys.stdin is None or sys.stdin.isatty():
            raise UsageError("nothing comes in on standard input", fix="Pipe a recording in: cat talk.wav | aural listen -")
        self._pipe = sys.stdin.buffer
        return "standard input"

    def _take_path(self, path: Path) -> str:
        self._inside = inside(path)
        kind = _checked(path if self._inside is None else self._inside.file)
        self._path = path
        if stat.S_ISFIFO(kind):
            self._pipe = path
        return shown(Path(path.name or path.resolve().name))

    def _take_file(self, file: Any) -> str:
        if isinstance(file, io.TextIOBase) or isinstance(getattr(file, "encoding", None), str):
            raise UsageError("this file object gives text", fix="Open it with mode 'rb'")
        try:
            seekable = bool(file.seekable())
        except AttributeError:
            seekable = False
        except ValueError:
            raise UnreadableSound("this file object is closed", fix="Open it again") from None
        if seekable:
            self._file = file
        else:
            self._pipe = file
        name = getattr(file, "name", None)
        return shown(Path(Path(name).name)) if isinstance(name, str) and name else "file object"

    @contextlib.contextmanager
    def _opened(self) -> Iterator[BinaryIO]:
        """The bytes from their beginning, as often as asked, also several at a time."""
        self._spool()
        if self._spooled is not None and not self._spooled.alive:
            raise UnreadableSound("this source is closed", where=self.where, fix="Open it again")
        if self._data is not None:
            yield _Window(self._data, self._lock)  # type: ignore[misc]
        elif self._file is not None:
            yield _Window(self._file, self._lock)  # type: ignore[misc]
        else:
            assert self._path is not None
            place = self._inside
            try:
                file = (self._path if place is None else place.file).open("rb")
            except OSError as error:
                raise _unreadable(error, self._path) from None
            with file:
                yield file if place is None else Stretch(file, place.offset, place.size)  # type: ignore[misc]

    def _spool(self) -> None:
        """Copy a pipe to a temporary file, once."""
        with self._lock:
            if self._pipe is None:
                return
            place = Path(tempfile.gettempdir())
            try:
                out = tempfile.TemporaryFile(prefix="aural-")  # noqa: SIM115
                self._spooled = weakref.finalize(self, out.close)
                for count, block in enumerate(_drained(self._pipe, self.where)):
                    if not count and (looks := other_kind(block[:4096])):
                        raise NotASound(f"this is no recording but {looks}", where=self.where, fix="Pipe in a sound file")
                    if count % 64 == 0 and shutil.disk_usage(place).free < _SPARE:
                        raise LimitReached("this pipe fills the disk", where=str(place), fix="Free some space, or set TMPDIR")
                    out.write(block)
                out.flush()
            except OSError as error:
                raise disk_error(error, place) from error
            self._file, self._pipe, self._path = out, None, None


@final
class _Window:
    """One reader over bytes or over a file object that others read as well: it keeps its own place."""

    def __init__(self, whole: Any, lock: threading.RLock) -> None:
        self._whole, self._lock, self._at = whole, lock, 0
        self._data = memoryview(whole) if isinstance(whole, bytes) else None

    def read(self, count: int = -1) -> bytes:
        if self._data is not None:
            last = len(self._data) if count < 0 else self._at + count
            data = bytes(self._data[self._at : last])
        else:
            with self._lock:
                self._whole.seek(self._at)
                data = self._whole.read(count)
        self._at += len(data)
        return data

    def seek(self, offset: int, whence: int = 0) -> int:
        if whence == 1:
            offset += self._at
        elif whence == 2:
            offset += len(self._data) if self._data is not None else self._length()
        self._at = max(0, offset)
        return self._at

    def tell(self) -> int:
        return self._at

    def _length(self) -> int:
        with self._lock:
            return int(self._whole.seek(0, 2))


def _numbers(**given: Any) -> None:
    """Raises: UsageError for a value that is no number at all."""
    for name, value in given.items():
        if value is None and name != "seconds" and name != "start":
            continue
        if isinstance(value, bool) or not isinstance(value, float | int | np.number) or value != value:
            raise UsageError(f"{name} is a number, not {value!r:.40}")


def _moved(pieces: Iterator[Samples], from_rate: int, to_rate: int) -> Iterator[Samples]:
    """The pieces at another rate."""
    if from_rate == to_rate:
        yield from pieces
        return
    mover: Resampler | None = None
    for piece in pieces:
        mover = mover or Resampler(from_rate, to_rate, piece.shape[0])
        yield mover.push(piece)
    if mover is not None:
        yield mover.finish()


def _checked(path: Path) -> int:
    """The mode of a file that can be read. Raises: UnreadableSound for everything else."""
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError) as error:
        raise _unreadable(error, path) from None
    if stat.S_ISDIR(mode):
        raise UnreadableSound("this is a folder", where=shown(path), fix="Name the recordings in it, for example with *.wav")
    if not (stat.S_ISREG(mode) or stat.S_ISFIFO(mode)):
        raise UnreadableSound("this is a device and no recording", where=shown(path), fix="Record to a file first")
    if not os.access(path, os.R_OK):
        raise UnreadableSound("there is no permission to read this", where=shown(path), fix="Change its permissions, or copy it")
    return mode


def shown(path: Path) -> str:
    """A path as one printable line, whatever bytes its name holds."""
    text = os.fsencode(path).decode("utf-8", "backslashreplace")
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def _unreadable(error: OSError | ValueError, path: Path) -> UnreadableSound:
    """The aural error for a path that the system does not open."""
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return UnreadableSound("there is no such file", where=shown(path), fix=_nearest(path))
    if isinstance(error, PermissionError):
        return UnreadableSound("there is no permission to read this", where=shown(path), fix="Change its permissions, or copy it")
    return UnreadableSound(f"this cannot be opened ({reason(error)})", where=shown(path), fix="Check the path")


def _nearest(path: Path) -> str:
    """A hint that names the file which was probably meant."""
    folder = path.parent
    if "://" in str(path) or str(path).startswith(("http:/", "https:/")):
        return "This is an address: download it first"
    try:
        names = sorted(p.name for p in folder.iterdir())
    except OSError:
        return f"There is no folder {shown(folder)!r} either"
    near = find.nearest(path.name, names, 0.7) or next((n for n in names if Path(n).stem == path.stem), None)
    return f"Did you mean {shown(Path(near))!r}?" if near else "Check the path"


def _drained(pipe: Any, where: str) -> Iterator[bytes]:
    """The bytes of a pipe until its end."""
    if isinstance(pipe, Path):
        with _waited(pipe) as file:
            yield from _drained(file, where)
        return
    while True:
        try:
            block = pipe.read(_BLOCK)
        except (OSError, ValueError) as error:
            raise UnreadableSound(f"reading broke off ({reason(error)})", where=where, fix="Run it again") from None
        if isinstance(block, str):
            raise UsageError("this file object gives text", where=where, fix="Open it with mode 'rb'")
        if not block:
            return
        if not isinstance(block, bytes | bytearray | memoryview):
            raise UsageError(f"reading gave a {type(block).__name__} and no bytes", where=where, fix="Open it with mode 'rb'")
        yield bytes(block)


@contextlib.contextmanager
def _waited(path: Path) -> Iterator[BinaryIO]:
    """A named pipe, opened once somebody writes into it. Raises: UnreadableSound when nobody does for a while."""
    import select

    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        ready, _, _ = select.select([handle], [], [], _PATIENCE)
        if not ready:
            raise UnreadableSound("nobody writes into this pipe", where=shown(path), fix="Start the program that writes first")
        os.set_blocking(handle, True)
        with os.fdopen(handle, "rb", closefd=False) as file:
            yield file
    finally:
        os.close(handle)
