"""Passes a request on to a server of a fleet, and to another when that one is lost before it answered."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import IO, final

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from aural.errors import LimitReached
from aural.server.answers import GONE, failure, told
from aural.server.events import event_of, gone
from aural.server.fleet import Fleet, Seat, Use
from aural.server.wire import Broken, Call, Headers, asked

TRIES = 3  # a request whose server was lost so often is not passed on again
_BLOCK = 1 << 18
_KEPT = 1 << 22  # bytes of an answer that are waited for before the first of them goes out
# Of a request: what concerns one connection only, and what the front answers for.
_OWN = frozenset(
    b"host connection content-length transfer-encoding keep-alive te trailer upgrade expect authorization origin".split()
)
_THEIRS = frozenset(b"connection transfer-encoding keep-alive trailer upgrade date x-content-type-options".split())


def call_of(request: Request, headers: Headers, file: IO[bytes] | None) -> Call:
    """A request as a server of the fleet gets it: with the token of the fleet in place of the client's."""
    scope = request.scope
    query = scope.get("query_string", b"")
    target = scope.get("raw_path") or scope["path"].encode()
    kept = [(name, value) for name, value in scope["headers"] if name not in _OWN]
    target = target + b"?" + query if query else target
    if file is None:
        return Call(request.method, target, [*kept, *headers])
    length = file.seek(0, 2)

    lock = threading.Lock()

    def piece(at: int) -> bytes:
        with lock:  # a piece for a server that was lost may still be on its way out of the file
            file.seek(at)
            return file.read(_BLOCK)

    async def blocks() -> AsyncIterator[bytes]:
        at = 0
        while block := await asyncio.to_thread(piece, at):
            yield block
            at += len(block)

    return Call(request.method, target, [*kept, *headers], length, blocks)


@final
class Relay:
    """An ASGI answer: that of a server. `held` is let go of when all is sent or nobody listens.

    A request that was lost with its server is asked again elsewhere while nothing of an answer went out; with `once` only
    when that server cannot have seen any of it. Later the answer breaks off, events with one that says so.
    """

    def __init__(self, fleet: Fleet, call: Call, use: Use, held: AsyncExitStack, seconds: float, once: bool = False) -> None:
        self._fleet, self._call, self._use, self._held, self._seconds, self._once = fleet, call, use, held, seconds, once
        self._begun = self._events = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with self._held:
            passing, left = asyncio.ensure_future(self._passed(send)), asyncio.ensure_future(gone(receive))
            try:
                await asyncio.wait((passing, left), return_when=asyncio.FIRST_COMPLETED)
                if not passing.done():
                    raise ClientDisconnect
                await passing
            except ClientDisconnect:
                if not self._begun:
                    await Response(status_code=GONE)(scope, receive, send)
            except Exception as error:
                problem = lost_error() if isinstance(error, Broken) else error
                if not self._begun:
                    await failure(problem)(scope, receive, send)
                elif self._events:
                    await send({"type": "http.response.body", "body": event_of({"error": told(problem)}), "more_body": False})
            finally:
                for task in (passing, left):
                    task.cancel()
                await asyncio.wait((passing, left))

    async def _passed(self, send: Send) -> None:
        """Raises: Broken once an answer has begun, LimitReached before."""
        lost = 0
        while True:
            async with self._fleet.seat(self._use, self._seconds) as seat:
                try:
                    await seat.replica.unless_gone(self._attempt(seat, send))
                    return
                except Broken as error:
                    self._fleet.doubt(seat.replica)
                    lost += error.reached
                    if self._begun:
                        raise
                    if lost >= TRIES or (lost and self._once):
                        raise lost_error() from error

    async def _attempt(self, seat: Seat, send: Send) -> None:
        assert seat.replica.address is not None
        async with asked(seat.replica.address, self._call) as reply:
            headers = [(n, v) for n, v in reply.headers if n not in _THEIRS]
            self._events = any(n == b"content-type" and v.startswith(b"text/event-stream") for n, v in headers)
            first = b""
            if (length := next((int(v) for n, v in headers if n == b"content-length"), None)) is not None:
                self._fleet.done(seat)  # the answer is whole: who reads it slowly keeps nobody from being heard
                if length <= _KEPT:  # until it is here, too, it can be asked for again
                    first = b"".join([block async for block in reply.blocks])
            self._begun = True
            await send({"type": "http.response.start", "status": reply.status, "headers": headers})
            if not first:
                async for block in reply.blocks:
                    await send({"type": "http.response.body", "body": block, "more_body": True})
        await send({"type": "http.response.body", "body": first, "more_body": False})


def lost_error() -> LimitReached:
    """What is said of a request that was lost with its server."""
    return LimitReached("the server that heard this was lost", fix="Send it again")
