"""Wyoming's events on a wire: a line of JSON, more JSON behind it, then bytes. Source: the protocol's own description
(github.com/OHF-Voice/wyoming, README)."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any

from aural.errors import DataError

LINE, DATA, PAYLOAD = 1 << 16, 1 << 20, 1 << 20  # bytes at most: a line, the JSON behind it, the bytes behind that


@dataclass(frozen=True)
class Event:
    """One event."""

    type: str
    data: dict[str, Any] = field(default_factory=dict)
    payload: bytes = b""


async def read(reader: asyncio.StreamReader, patience: float | None = None) -> Event | None:
    """The next event, None at the end. Raises: DataError for what is no event, TimeoutError after `patience` s of nothing."""
    try:
        async with asyncio.timeout(patience):
            line = await reader.readline()
        if not line:
            return None
        head = _object(line)
        data = head.get("data") or {}
        if size := _size(head, "data_length", DATA):
            data = {**data, **_object(await _exactly(reader, size, patience))}
        size = _size(head, "payload_length", PAYLOAD)
        payload = await _exactly(reader, size, patience)
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    except ValueError:  # a line that never ends
        raise DataError(f"a line has more than {LINE} bytes") from None
    if not isinstance(head.get("type"), str):
        raise DataError("this event has no type")
    return Event(head["type"], data, payload)


async def _exactly(reader: asyncio.StreamReader, size: int, patience: float | None) -> bytes:
    async with asyncio.timeout(patience):
        return await reader.readexactly(size)


async def write(writer: asyncio.StreamWriter, event: Event) -> None:
    """Send an event and wait until there is room for the next one."""
    data = json.dumps(event.data, ensure_ascii=False).encode() if event.data else b""
    head: dict[str, Any] = {"type": event.type, "version": "1.10.2"}
    if data:
        head["data_length"] = len(data)
    if event.payload:
        head["payload_length"] = len(event.payload)
    writer.write(json.dumps(head).encode() + b"\n" + data + event.payload)
    await writer.drain()


def _object(text: bytes) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise DataError("this is no event: its line is no JSON") from None
    if not isinstance(found, dict) or not isinstance(found.get("data") or {}, dict):
        raise DataError("this is no event: its JSON is no object")
    return found


def _size(head: dict[str, Any], name: str, most: int) -> int:
    size = head.get(name) or 0
    if not isinstance(size, int) or isinstance(size, bool) or not 0 <= size <= most:
        raise DataError(f"{name} is {size!r:.20}, and {most} bytes are the most")
    return size
