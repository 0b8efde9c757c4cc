"""Sets too large for folders: tar shards of sounds with their rows, read in a shuffled order that can be resumed and shared.

A shard is a plain tar: for each clip `NAME.json` (its row) behind the sound's own bytes, once for all clips of one file. Its last
member, `offsets`, says where each row and sound begin (uint64 [N, 4]: row, bytes, sound, bytes), so that any clip is read
without the ones before it. `index.json` is written last: a folder without it was not packed to the end.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import tarfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, BinaryIO, final

import numpy as np

from aural.corpora import reference
from aural.corpora.manifest import Clip, clip_of, line_of
from aural.errors import CorpusError, UsageError, one_line, reason
from aural.files import refuse_place, sha256_of, write_text, written
from aural.progress import Progress, Quiet
from aural.sound.inside import Stretch
from aural.sound.sound import Sound
from aural.sound.source import Source

INDEX, SCHEMA = "index.json", "aural-shards/1"
_OFFSETS = "offsets"
_ID = "packed_as"  # key of a row: the id that the clip had
_BLOCK = 1 << 20
_ROOM = 4096  # bytes that a clip takes beside its sound


@dataclass(frozen=True)
class Shard:
    """One tar: its name, how many clips it has, its bytes, their sha256, and where the table of offsets begins."""

    name: str
    clips: int
    bytes: int
    sha256: str
    offsets: int


@dataclass(frozen=True)
class Index:
    """What lies in a folder of shards."""

    shards: tuple[Shard, ...]
    labels: Mapping[str, int]

    @property
    def clips(self) -> int:
        return sum(shard.clips for shard in self.shards)


@dataclass(frozen=True)
class Share:
    """Which of an epoch's clips are given, and in which order.

    `seed` None keeps the packed order, else (seed, epoch) decides: shards are drawn, and clips out of a window of `buffer`.
    Of the `workers`, number `worker` gets every so-manieth clip; `done` of its clips were had before and are passed over.
    """

    seed: int | None = 0
    epoch: int = 0
    buffer: int = 10_000
    worker: int = 0
    workers: int = 1
    done: int = 0


@final
@dataclass(frozen=True, eq=False)
class Packed:
    """A clip in a shard: its row (`clip.audio` is the shard), and where its sound lies in it."""

    clip: Clip
    offset: int
    size: int

    def data(self) -> bytes:
        """The sound's own bytes."""
        return _bytes(self.clip.audio, self.offset, self.size)

    def sound(self, rate: int | None = None, mono: bool = True) -> Sound:
        """The clip, decoded. Raises: SoundError, CorpusError."""
        end = None if self.clip.duration is None else self.clip.start + self.clip.duration
        with _opened(self.clip.audio) as file, Source(Stretch(file, self.offset, self.size), self.clip.id) as source:
            return source.load(rate=rate, mono=mono, start=self.clip.start, end=end)


def pack(
    clips: Sequence[Clip], folder: Path, size: int = 100_000_000, seed: int | None = 0, progress: Progress | None = None
) -> Index:
    """Write clips into shards of about `size` bytes, the sounds as they are; recordings are mixed by `seed` (None = in order).

    Raises: UsageError for a folder that holds shards already, or that cannot be written; CorpusError for a recording that is not
    there; LimitReached when the disk is full.
    """
    if not clips:
        raise UsageError("there are no clips to pack", where=str(folder))
    check(folder)
    shown, done, shards = progress or Quiet(), 0, list[Shard]()
    for batch in _batches(clips, size, seed):
        shards.append(_written(batch, folder / f"shard-{len(shards):05}.tar", done))
        done += len(batch)
        shown.step(done, len(clips), "pack", "clips")
    counts: dict[str, int] = defaultdict(int)
    for clip in clips:
        for label in clip.labels:
            counts[label] += 1
    index = Index(tuple(shards), dict(sorted(counts.items())))
    told = {"schema": SCHEMA, "clips": index.clips, **dataclasses.asdict(index)}
    write_text(folder / INDEX, json.dumps(told, indent=1, sort_keys=True, ensure_ascii=False) + "\n")
    return index


def check(folder: Path) -> None:
    """What can be known of the folder before any clip is read. Raises: UsageError, LimitReached."""
    refuse_place(folder / INDEX)
    if (folder / INDEX).exists():
        raise UsageError("this folder holds shards already", where=str(folder), fix="Choose another folder")


def index_of(folder: Path, verify: bool = False) -> Index:
    """The index of a folder of shards; every shard is there in its full length, with `verify` also byte for byte.

    Raises: CorpusError.
    """
    try:
        told = json.loads((folder / INDEX).read_text(encoding="utf-8"))
        index = Index(tuple(Shard(**shard) for shard in told["shards"]), told["labels"])
    except FileNotFoundError:
        fix = "Pack it again: packing was not finished" if any(folder.glob("shard-*.tar")) else "Pack clips into it first"
        raise CorpusError("this folder has no index of shards", where=str(folder), fix=fix) from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise CorpusError(
            f"the index of shards does not hold ({reason(error)})", where=str(folder / INDEX), fix="Pack again"
        ) from None
    for shard in index.shards:
        path = folder / shard.name
        if not path.is_file() or path.stat().st_size != shard.bytes:
            what = "this shard is not there" if not path.is_file() else "this shard was cut off or changed"
            raise CorpusError(what, where=str(path), fix="Copy it again, or pack again")
        if verify and sha256_of(path) != shard.sha256:
            raise CorpusError("this shard is damaged: its sha256 differs", where=str(path), fix="Copy it again, or pack again")
    return index


def read(folder: Path, share: Share | None = None) -> Iterator[Packed]:
    """The clips of a share of an epoch. Memory holds the window of `buffer` places, one table of offsets, and no sound.

    All workers together get every clip once; how many there are changes nothing in the order. Raises: CorpusError, UsageError.
    """
    share = share or Share()
    if share.workers < 1 or not 0 <= share.worker < share.workers or share.done < 0 or share.buffer < 1:
        raise UsageError(f"worker {share.worker} of {share.workers} with {share.done} clips done cannot be")
    index = index_of(folder)
    first = share.worker + share.done * share.workers
    return _given(folder, index, share, first)


def _given(folder: Path, index: Index, share: Share, first: int) -> Iterator[Packed]:
    for number, (shard, place) in enumerate(_order(folder, index, share)):
        if number >= first and (number - share.worker) % share.workers == 0:
            yield _packed(folder / index.shards[shard].name, place)


def _order(folder: Path, index: Index, share: Share) -> Iterator[tuple[int, np.ndarray]]:
    """(shard, offsets of a clip [4]) in the order of the epoch."""
    if share.seed is None:
        for shard, told in enumerate(index.shards):
            yield from ((shard, place) for place in _places(folder, told))
        return
    rng = np.random.default_rng((share.seed, share.epoch))
    held: list[tuple[int, np.ndarray]] = []
    for shard in map(int, rng.permutation(len(index.shards))):
        places = _places(folder, index.shards[shard])
        draws = rng.integers(share.buffer, size=len(places))
        for place, draw in zip(places, draws, strict=True):
            if len(held) < share.buffer:
                held.append((shard, place))
                continue
            yield held[draw]
            held[draw] = (shard, place)
    yield from (held[k] for k in rng.permutation(len(held)))


def _places(folder: Path, shard: Shard) -> np.ndarray:
    data = _bytes(folder / shard.name, shard.offsets, 32 * shard.clips)
    return np.frombuffer(data, "<u8").reshape(-1, 4)


def _packed(path: Path, place: np.ndarray) -> Packed:
    row_at, row_size, at, size = map(int, place)
    try:
        row = json.loads(_bytes(path, row_at, row_size))
        name = row.pop(_ID)
        clip = clip_of({**row, "audio": path.name}, path, row_at)
    except (ValueError, KeyError) as error:
        raise CorpusError(
            f"a row of this shard does not hold ({reason(error)})", where=f"{path}:{row_at}", fix="Copy it again"
        ) from None
    return Packed(dataclasses.replace(clip, id=name), at, size)


def _batches(clips: Sequence[Clip], size: int, seed: int | None) -> Iterator[list[Clip]]:
    """Clips of one file together, files mixed, in batches whose sounds fill a shard."""
    of: dict[Path, list[Clip]] = defaultdict(list)
    for clip in clips:
        of[clip.audio].append(clip)
    files = list(of)
    if seed is not None:
        files = [files[k] for k in np.random.default_rng(seed).permutation(len(files))]
    batch, room = list[Clip](), size
    for audio in files:
        needs = _size(audio) + _ROOM * len(of[audio])
        if batch and needs > room:
            yield batch
            batch, room = [], size
        batch += of[audio]
        room -= needs
    yield batch


def _size(audio: Path) -> int:
    try:
        return audio.stat().st_size
    except OSError as error:
        raise CorpusError(f"the recording cannot be read ({error.strerror})", where=one_line(str(audio))) from None


def _written(clips: Sequence[Clip], path: Path, number: int) -> Shard:
    places = np.empty((len(clips), 4), "<u8")
    sounds: dict[Path, tuple[str, int, int]] = {}
    with written(path) as out:
        file = _Hashed(out)
        for k, clip in enumerate(clips):
            name = f"{number + k:09}"
            if clip.audio not in sounds:
                member = name + (clip.audio.suffix if clip.audio.suffix.isascii() else ".bin")
                sounds[clip.audio] = (member, *_added_file(file, member, clip.audio))
            member, at, size = sounds[clip.audio]
            data = _row(clip, path.parent, member).encode()
            places[k] = (_added(file, f"{name}.json", data), len(data), at, size)
        offsets = _added(file, _OFFSETS, places.tobytes())
        file.write(bytes(2 * tarfile.BLOCKSIZE))
    return Shard(path.name, len(clips), file.count, file.digest.hexdigest(), offsets)


def _row(clip: Clip, folder: Path, member: str) -> str:
    """The row of a clip with what other files tell of it written out."""
    turns: Any = clip.turns
    if clip.rttm is not None:
        turns = tuple(
            {"start": t.start, "end": t.end, "speaker": t.speaker} for t in reference.rttm(clip.rttm, clip.audio.stem, clip.where)
        )
    elif isinstance(clip.turns, Path):
        said = reference.utterances(clip.turns, clip.where)
        turns = tuple({"start": u.turn.start, "end": u.turn.end, "speaker": u.turn.speaker, "text": u.text} for u in said)
    extra = dict(clip.extra)
    if isinstance(extra.get("uem"), str):
        extra["uem"] = [[s.start, s.end] for s in reference.uem(extra["uem"], clip.audio.stem, clip.where)]
    plain = dataclasses.replace(clip, rttm=None, turns=turns, extra={**extra, _ID: clip.id}, audio=folder / member)
    return line_of(plain, folder)


def _added(file: _Hashed, name: str, data: bytes) -> int:
    """A member of these bytes; gives where they begin."""
    file.write(_header(name, len(data)))
    at = file.count
    file.write(data + bytes(-len(data) % tarfile.BLOCKSIZE))
    return at


def _added_file(file: _Hashed, name: str, path: Path) -> tuple[int, int]:
    """A member with the bytes of a file; gives where they begin and how many they are."""
    size = _size(path)
    file.write(_header(name, size))
    at = file.count
    with open(path, "rb") as source:
        while block := source.read(min(_BLOCK, size - (file.count - at))):
            file.write(block)
    if file.count - at != size:
        raise CorpusError("this recording changed while it was packed", where=one_line(str(path)), fix="Pack again")
    file.write(bytes(-size % tarfile.BLOCKSIZE))
    return at, size


def _header(name: str, size: int) -> bytes:
    """A tar header without times and owners, so that the same clips give the same bytes."""
    info = tarfile.TarInfo(name)
    info.size = size
    return info.tobuf(tarfile.GNU_FORMAT)


@final
class _Hashed:
    """Bytes on their way to a file, counted and hashed."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out, self.count, self.digest = out, 0, hashlib.sha256()

    def write(self, data: bytes) -> None:
        self._out.write(data)
        self.digest.update(data)
        self.count += len(data)


def _opened(path: Path) -> BinaryIO:
    try:
        return open(path, "rb")
    except OSError as error:
        raise CorpusError(f"this shard cannot be read ({error.strerror})", where=str(path), fix="Copy it again") from None


def _bytes(path: Path, offset: int, size: int) -> bytes:
    """So many bytes of a shard. Raises: CorpusError when they are not there."""
    with _opened(path) as file:
        file.seek(offset)
        data = file.read(size)
    if len(data) != size:
        raise CorpusError("this shard was cut off", where=str(path), fix="Copy it again, or pack again")
    return data
