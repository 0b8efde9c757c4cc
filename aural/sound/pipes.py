"""Sound that comes through a pipe, handed on as it comes: wav and raw samples; other containers are read to their end first."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from typing import Any, final

import numpy as np

from aural.errors import DamagedSound, EmptySound, UsageError
from aural.sound.sound import Sound
from aural.sound.source import Source

_HEAD = 12
_MOST_CHUNK = 1 << 20  # bytes of a chunk before the samples that are skipped
_FORMS = {(1, 8): "u1", (1, 16): "<i2", (1, 32): "<i4", (3, 32): "<f4", (3, 64): "<f8"}  # (kind, bits) -> samples


def arriving(file: Any, seconds: float = 0.1, raw: int | None = None, where: str = "the pipe") -> Iterator[Sound]:
    """Blocks of `seconds` as soon as they are there, at the stored rate, [C, t].

    `raw`: what comes are 16-bit little-endian mono samples at so many Hz, without a head. A wav is heard from its
    first sample on; its head may not know the length. Raises: DamagedSound, EmptySound, NotASound.
    """
    if raw is not None:
        yield from _samples(file, raw, 1, "<i2", seconds)
        return
    head = _exactly(file, _HEAD)
    if not head:
        raise EmptySound("nothing came through the pipe", where=where, fix="Check the program that writes into it")
    if head[:4] in (b"RIFF", b"RF64") and head[8:12] == b"WAVE":
        rate, channels, form = _wav(file, where)
        yield from _samples(file, rate, channels, form, seconds)
        return
    yield from Source(_Joined(head, file), where).blocks(seconds, rate=None, mono=False)


def _wav(file: Any, where: str) -> tuple[int, int, str]:
    """Rate, channels and form of the samples, which come next. Raises: DamagedSound, UsageError."""
    told: tuple[int, int, str] | None = None
    while len(head := _exactly(file, 8)) == 8:
        name, size = head[:4], struct.unpack("<I", head[4:])[0]
        if name == b"data" and told is not None:
            return told
        if size > _MOST_CHUNK:
            break
        body = _exactly(file, size + size % 2)
        if name == b"fmt " and len(body) >= 16:
            kind, channels, rate, _, _, bits = struct.unpack("<HHIIHH", body[:16])
            if kind == 0xFFFE and len(body) >= 26:  # the kind stands further behind
                kind = struct.unpack("<H", body[24:26])[0]
            if (kind, bits) not in _FORMS:
                fix = "Send 16-bit samples, or leave --stream out"
                raise UsageError(f"wav of kind {kind} with {bits} bits cannot be heard as it comes", where=where, fix=fix)
            if not 1 <= channels <= 64 or not 1000 <= rate <= 768_000:
                break
            told = rate, channels, _FORMS[kind, bits]
    raise DamagedSound("this wav breaks off before its samples", where=where, fix="Check the program that writes it")


def _samples(file: Any, rate: int, channels: int, form: str, seconds: float) -> Iterator[Sound]:
    kind = np.dtype(form)
    frame, at, held = channels * kind.itemsize, 0, b""
    size = max(1, round(seconds * rate)) * frame
    while block := _some(file, size - len(held)):
        held += block
        whole = len(held) - len(held) % frame
        if len(held) < size and whole < size // 2:
            continue  # small pieces are put together, so that the work on them stays small
        yield Sound(_floats(held[:whole], kind, channels), rate, at / rate)
        at += whole // frame
        held = held[whole:]
    if whole := len(held) - len(held) % frame:
        yield Sound(_floats(held[:whole], kind, channels), rate, at / rate)


def _floats(data: bytes, kind: np.dtype[Any], channels: int) -> np.ndarray:
    values = np.frombuffer(data, kind).reshape(-1, channels).T
    if kind.kind == "f":
        return np.nan_to_num(np.ascontiguousarray(values, np.float32))
    if kind.kind == "u":
        return np.ascontiguousarray((values.astype(np.float32) - 128) / 128)
    return np.ascontiguousarray(values.astype(np.float32) / np.float32(1 << (8 * kind.itemsize - 1)))


def _some(file: Any, count: int) -> bytes:
    """What is there, at most `count` bytes; waits for the first one. Nothing at the end."""
    return bytes(file.read1(count) if isinstance(file, io.BufferedReader) else file.read(count))


def _exactly(file: Any, count: int) -> bytes:
    data = b""
    while len(data) < count and (block := _some(file, count - len(data))):
        data += block
    return data


@final
class _Joined:
    """A pipe of which the first bytes were read already."""

    def __init__(self, head: bytes, file: Any) -> None:
        self._head, self._file = head, file

    def read(self, count: int = -1) -> bytes:
        if self._head:
            head, self._head = self._head, b""
            return head
        return bytes(self._file.read(count))

    def seekable(self) -> bool:
        return False
