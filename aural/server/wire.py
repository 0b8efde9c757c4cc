"""Asks another server of aural over HTTP: a body that is read as it goes out, an answer that is read as it comes in."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import h11

_CONNECT = 5.0  # s for a connection
_BLOCK = 1 << 16
Address = tuple[str, int]
Headers = Sequence[tuple[bytes, bytes]]


class Broken(Exception):
    """The other side was lost; `reached` tells whether it may have seen any of what was asked."""

    def __init__(self, reached: bool) -> None:
        super().__init__("the server was lost")
        self.reached = reached


@dataclass(frozen=True, eq=False)
class Call:
    """What is asked: `length` bytes of body come from `blocks()`, each time from the beginning. Where it goes to and how
    it is framed is no part of `headers`."""

    method: str
    target: bytes
    headers: Headers = ()
    length: int = 0
    blocks: Callable[[], AsyncIterator[bytes]] | None = None


@dataclass(frozen=True, eq=False)
class Reply:
    """The head of an answer, and its body in blocks. Raises: Broken from `blocks`."""

    status: int
    headers: Headers
    blocks: AsyncIterator[bytes]


@contextlib.asynccontextmanager
async def asked(address: Address, call: Call) -> AsyncIterator[Reply]:
    """The answer to a call, on a connection of its own that closes with the block. Raises: Broken."""
    try:
        # Not `wait_for`: up to Python 3.11 it forgets that it was cancelled where what it waits for is done at that moment.
        async with asyncio.timeout(_CONNECT):
            reader, writer = await asyncio.open_connection(*address)
    except (OSError, TimeoutError):
        raise Broken(False) from None
    line = h11.Connection(h11.CLIENT)
    sending = asyncio.ensure_future(_send(line, writer, address, call))
    try:
        head = await _next(line, reader)
        while isinstance(head, h11.InformationalResponse):
            head = await _next(line, reader)
        if not isinstance(head, h11.Response):
            raise Broken(True)
        yield Reply(head.status_code, list(head.headers), _body(line, reader))
    finally:
        sending.cancel()
        await asyncio.wait([sending])
        if not sending.cancelled():
            sending.exception()  # the answer, or that there is none, says more
        writer.transport.abort() if line.their_state is not h11.DONE else writer.close()


async def read(address: Address, call: Call, seconds: float) -> tuple[int, bytes]:
    """(status, body) of a short answer. Raises: Broken, TimeoutError when it takes longer than `seconds`."""
    async with asyncio.timeout(seconds), asked(address, call) as reply:
        return reply.status, b"".join([block async for block in reply.blocks])


async def _send(line: h11.Connection, writer: asyncio.StreamWriter, address: Address, call: Call) -> None:
    host = f"[{address[0]}]" if ":" in address[0] else address[0]
    own = [(b"Host", f"{host}:{address[1]}".encode()), (b"Connection", b"close")]
    framed = [(b"Content-Length", str(call.length).encode())] if call.blocks else []
    writer.write(line.send(h11.Request(method=call.method, target=call.target, headers=[*own, *framed, *call.headers])) or b"")
    if call.blocks is not None:
        async for block in call.blocks():
            writer.write(line.send(h11.Data(block)) or b"")
            await writer.drain()
    writer.write(line.send(h11.EndOfMessage()) or b"")
    await writer.drain()


async def _next(line: h11.Connection, reader: asyncio.StreamReader) -> Any:
    """The next event. Raises: Broken."""
    try:
        while (event := line.next_event()) is h11.NEED_DATA:
            line.receive_data(await reader.read(_BLOCK))
    except (OSError, h11.RemoteProtocolError):
        raise Broken(True) from None
    return event


async def _body(line: h11.Connection, reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
    while True:
        event = await _next(line, reader)
        if isinstance(event, h11.EndOfMessage):
            return
        if not isinstance(event, h11.Data):
            raise Broken(True)
        yield bytes(event.data)
